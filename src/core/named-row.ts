import type { UsageBatch } from './usage-batch.ts';

/** A row of usage with its names in it: a tally, or a load of its own. */
export interface NamedRow {
  readonly user: string;
  readonly module: string;
  readonly path: string;
  readonly syshost: string;
  /** Day number in the zone of the import. */
  readonly day: number;
  readonly group: string | null;
  /** Whole seconds since 1970 UTC. */
  readonly first: number;
  readonly last: number;
  readonly loads: number;
  readonly direct: number;
  readonly dependency: number;
  readonly jobs: number;
  /** Null in a tally. */
  readonly host: string | null;
  readonly jobid: string | null;
}

/** The columns of a table of usage, in their order, as CSV and Parquet have it. */
export const usageColumns = [
  'day',
  'user',
  'syshost',
  'module',
  'path',
  'first',
  'last',
  'loads',
  'direct',
  'dependency',
  'jobs',
  'group',
  'host',
  'jobid',
] as const;

export type UsageColumn = (typeof usageColumns)[number];

/** The rows of a batch, one after the other. */
export function* namedRows({ vocabulary, detail, length, ...columns }: UsageBatch): Generator<NamedRow> {
  for (let row = 0; row < length; row++) {
    const user = vocabulary.users[columns.user[row] ?? -1];
    const modulefile = vocabulary.modulefiles[columns.modulefile[row] ?? -1];
    if (user === undefined || modulefile === undefined)
      throw new RangeError('a row names what is not in its vocabulary');
    yield {
      user,
      module: modulefile.module,
      path: modulefile.path,
      syshost: modulefile.syshost,
      day: columns.day[row] ?? 0,
      group: vocabulary.groups[columns.group[row] ?? -1] ?? null,
      first: columns.first[row] ?? 0,
      last: columns.last[row] ?? 0,
      loads: columns.loads[row] ?? 0,
      direct: columns.direct[row] ?? 0,
      dependency: columns.dependency[row] ?? 0,
      jobs: columns.jobs[row] ?? 0,
      host: detail?.host[row] ?? null,
      jobid: detail?.jobid[row] ?? null,
    };
  }
}
