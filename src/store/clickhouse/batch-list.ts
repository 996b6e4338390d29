/** The condition that lets through the rows of some batches, for any of the tables. Numbers in a row are told as one. */
export function inBatches(batches: readonly number[]): string {
  const singles: number[] = [];
  const conditions: string[] = [];
  for (const { first, last } of runsOf(batches)) {
    if (last - first > 1) conditions.push(`batch BETWEEN ${first} AND ${last}`);
    else singles.push(...(first === last ? [first] : [first, last]));
  }
  if (singles.length > 0) conditions.unshift(`batch IN (${singles.join(', ')})`);
  if (conditions.length === 0) return '0';
  return conditions.length === 1 ? conditions.join() : `(${conditions.join(' OR ')})`;
}

function runsOf(numbers: readonly number[]): { first: number; last: number }[] {
  const runs: { first: number; last: number }[] = [];
  for (const number of [...new Set(numbers)].sort((one, other) => one - other)) {
    const run = runs.at(-1);
    if (run !== undefined && number === run.last + 1) run.last = number;
    else runs.push({ first: number, last: number });
  }
  return runs;
}

/**
 * For JSON.stringify: tells each list of numbers by the steps from one to the next, which pack well, as most of them
 * are small and alike.
 */
export function numbersToSteps(_key: string, value: unknown): unknown {
  return isNumbers(value) ? value.map((number, at) => number - (value[at - 1] ?? 0)) : value;
}

/** For JSON.parse: the numbers again. */
export function stepsToNumbers(_key: string, value: unknown): unknown {
  let number = 0;
  return isNumbers(value)
    ? value.map((step) => {
        number += step;
        return number;
      })
    : value;
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((part) => typeof part === 'number');
}
