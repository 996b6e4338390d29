/** What several runs came to. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}

/** @param values at least one */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((one, other) => one - other);
  const at = (place: number): number => sorted[place] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  const median = (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2;
  return { median, min: at(0), max: at(sorted.length - 1), runs: sorted.length };
}

/** Each value of one list by the value of the other that was measured beside it. */
export function ratiosOf(values: readonly number[], others: readonly number[]): number[] {
  return values.map((value, run) => value / (others[run] ?? Number.NaN));
}
