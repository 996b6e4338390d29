import { type NamedRow, namedRows } from '../../src/core/named-row.ts';
import type { UsageBatch } from '../../src/core/usage-batch.ts';
import type { UsageFilter } from '../../src/core/usage-query.ts';
import type { Store } from '../../src/store/store.ts';

/** All rows of some batches. */
export async function rowsOf(batches: AsyncIterable<UsageBatch>): Promise<NamedRow[]> {
  const rows: NamedRow[] = [];
  for await (const batch of batches) rows.push(...namedRows(batch));
  return rows;
}

/** The rows of a store that a filter lets through. */
export function readUsageRows(store: Store, filter: UsageFilter = {}): Promise<NamedRow[]> {
  return store.readRows(filter, rowsOf);
}
