import type { UsageBatch } from './usage-batch.ts';

/** The rows of a batch for which something holds, in their order; the batch itself where that is all of them. */
export function pickRows(batch: UsageBatch, isWanted: (row: number) => boolean): UsageBatch {
  const rows: number[] = [];
  for (let row = 0; row < batch.length; row++) if (isWanted(row)) rows.push(row);
  if (rows.length === batch.length) return batch;
  const integers = (column: Int32Array): Int32Array => Int32Array.from(rows, (row) => column[row] ?? 0);
  const counts = (column: Float64Array): Float64Array => Float64Array.from(rows, (row) => column[row] ?? 0);
  const texts = (column: readonly (string | null)[]): (string | null)[] => rows.map((row) => column[row] ?? null);
  const { detail } = batch;
  return {
    vocabulary: batch.vocabulary,
    length: rows.length,
    day: integers(batch.day),
    user: integers(batch.user),
    modulefile: integers(batch.modulefile),
    first: counts(batch.first),
    last: counts(batch.last),
    loads: counts(batch.loads),
    direct: counts(batch.direct),
    dependency: counts(batch.dependency),
    jobs: counts(batch.jobs),
    group: integers(batch.group),
    detail: detail === null ? null : { host: texts(detail.host), jobid: texts(detail.jobid) },
  };
}

/** The user and the modulefile of a row. */
export function namesOfRow(
  { vocabulary, user, modulefile }: UsageBatch,
  row: number,
): { user: string; modulefile: UsageBatch['vocabulary']['modulefiles'][number] } {
  const names = { user: vocabulary.users[user[row] ?? -1], modulefile: vocabulary.modulefiles[modulefile[row] ?? -1] };
  if (names.user === undefined || names.modulefile === undefined) {
    throw new RangeError('a row names what is not in its vocabulary');
  }
  return { user: names.user, modulefile: names.modulefile };
}
