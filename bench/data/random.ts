/** Numbers that look random and are the same for the same seed. */
export interface Random {
  /** At least 0, below 1. */
  next(): number;
  /** A whole number, at least 0, below `end`. */
  below(end: number): number;
  /** A whole number around a mean, with a long tail; at least 1. */
  around(mean: number): number;
}

/** Mulberry32: 32 bits of state are plenty for the shape of test data. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  return {
    next,
    below: (end) => Math.floor(next() * end),
    around: (mean) => 1 + Math.floor(-Math.log(1 - next()) * (mean - 0.5)),
  };
}
