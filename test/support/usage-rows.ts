import { type NamedRow, namedRows } from '../../src/core/named-row.ts';
import type { Modulefile, UsageBatch, UserDayBatch } from '../../src/core/usage-batch.ts';
import type { UsageFilter } from '../../src/core/usage-query.ts';
import type { Store } from '../../src/store/store.ts';

/** All rows of some batches. */
export async function rowsOf(batches: AsyncIterable<UsageBatch>): Promise<NamedRow[]> {
  const rows: NamedRow[] = [];
  for await (const batch of batches) rows.push(...namedRows(batch));
  return rows;
}

/** Who has loaded what on which day, by some batches. */
export async function userDaysOf(batches: AsyncIterable<UserDayBatch>): Promise<object[]> {
  const found: object[] = [];
  for await (const { vocabulary, length, day, user, modulefile } of batches) {
    for (let row = 0; row < length; row++) {
      const { syshost, module, path } = vocabulary.modulefiles[modulefile[row] ?? -1] as Modulefile;
      found.push({ day: day[row], user: vocabulary.users[user[row] ?? -1], syshost, module, path });
    }
  }
  return found;
}

/** The rows of a store that a filter lets through. */
export function readUsageRows(store: Store, filter: UsageFilter = {}): Promise<NamedRow[]> {
  return store.readRows(filter, rowsOf);
}
