import type { UsageBatch, Vocabulary } from './usage-batch.ts';

/**
 * A batch from the columns that a database gives: day, user, modulefile, first, last, loads, direct, dependency, jobs
 * and group, all of them numbers, then of loads of their own host and job, texts or null.
 */
export function batchOfColumns(vocabulary: Vocabulary, columns: readonly (readonly unknown[])[]): UsageBatch {
  // As plain arrays first: to make a typed one by an iterator takes many times as long.
  const numbers = (at: number): number[] => (columns[at] ?? []).map(Number);
  const integers = (at: number): Int32Array => new Int32Array(numbers(at));
  const counts = (at: number): Float64Array => new Float64Array(numbers(at));
  const texts = (at: number): (string | null)[] => (columns[at] ?? []).map(textOrNull);
  return {
    vocabulary,
    length: columns[0]?.length ?? 0,
    day: integers(0),
    user: integers(1),
    modulefile: integers(2),
    first: counts(3),
    last: counts(4),
    loads: counts(5),
    direct: counts(6),
    dependency: counts(7),
    jobs: counts(8),
    group: integers(9),
    detail: columns.length > 10 ? { host: texts(10), jobid: texts(11) } : null,
  };
}

function textOrNull(value: unknown): string | null {
  return value === null ? null : String(value);
}
