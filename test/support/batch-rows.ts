import type { UsageBatch } from '../../src/core/usage-batch.ts';
import { sorted } from './naive-usage.ts';

type Row = Record<string, string | number | null>;

/** The rows of a batch with their names, in an order of their own. */
export function batchRows({ vocabulary, length, detail, ...columns }: UsageBatch): object[] {
  const rows = Array.from({ length }, (_, row): Row => {
    const group = columns.group[row] ?? -1;
    return {
      ...vocabulary.modulefiles[columns.modulefile[row] ?? -1],
      user: vocabulary.users[columns.user[row] ?? -1] ?? null,
      group: group < 0 ? null : (vocabulary.groups[group] ?? null),
      day: columns.day[row] ?? null,
      first: columns.first[row] ?? null,
      last: columns.last[row] ?? null,
      loads: columns.loads[row] ?? null,
      direct: columns.direct[row] ?? null,
      dependency: columns.dependency[row] ?? null,
      jobs: columns.jobs[row] ?? null,
      ...(detail === null ? {} : { host: detail.host[row] ?? null, jobid: detail.jobid[row] ?? null }),
    };
  });
  return sorted(rows);
}
