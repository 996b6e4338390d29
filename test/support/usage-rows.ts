import type { UsageBatch } from '../../src/core/usage-batch.ts';
import type { UsageFilter } from '../../src/core/usage-query.ts';
import type { Store } from '../../src/store/store.ts';

/** A row of usage with its names. */
export interface UsageRow {
  readonly user: string;
  readonly module: string;
  readonly path: string;
  readonly syshost: string;
  readonly day: number;
  readonly group: string | null;
  readonly first: number;
  readonly last: number;
  readonly loads: number;
  readonly direct: number;
  readonly dependency: number;
  readonly jobs: number;
  readonly host: string | null;
  readonly jobid: string | null;
}

/** All rows of some batches. */
export async function rowsOf(batches: AsyncIterable<UsageBatch>): Promise<UsageRow[]> {
  const rows: UsageRow[] = [];
  for await (const batch of batches) for (let row = 0; row < batch.length; row++) rows.push(rowOf(batch, row));
  return rows;
}

/** The rows of a store that a filter lets through. */
export function readUsageRows(store: Store, filter: UsageFilter = {}): Promise<UsageRow[]> {
  return store.readRows(filter, rowsOf);
}

function rowOf({ vocabulary, detail, ...batch }: UsageBatch, row: number): UsageRow {
  const at = (column: ArrayLike<number>): number => {
    const value = column[row];
    if (value === undefined) throw new RangeError(`a batch has no row ${row}`);
    return value;
  };
  const user = vocabulary.users[at(batch.user)];
  const modulefile = vocabulary.modulefiles[at(batch.modulefile)];
  if (user === undefined || modulefile === undefined || detail === null) throw new Error('a row lacks its names');
  return {
    user,
    module: modulefile.module,
    path: modulefile.path,
    syshost: modulefile.syshost,
    day: at(batch.day),
    group: at(batch.group) < 0 ? null : (vocabulary.groups[at(batch.group)] ?? 'lacks its name'),
    first: at(batch.first),
    last: at(batch.last),
    loads: at(batch.loads),
    direct: at(batch.direct),
    dependency: at(batch.dependency),
    jobs: at(batch.jobs),
    host: detail.host[row] ?? null,
    jobid: detail.jobid[row] ?? null,
  };
}
