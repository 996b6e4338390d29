/**
 * Counts how often things were there on the same occasion, two by two. What it needs grows with the square of the
 * number of things, and not with that of the occasions.
 */
export interface PairCounts {
  /** Number of occasions. */
  readonly occasions: number;
  /** Counts an occasion on which these things were there. */
  add(things: Iterable<number>): void;
  /** Occasions on which a thing was there. */
  countOf(thing: number): number;
  /** Occasions on which both were there. */
  countOfBoth(one: number, other: number): number;
}

/** @param size the number of things, which are numbered from 0 on */
export function createPairCounts(size: number): PairCounts {
  // On the diagonal: a thing with itself.
  const counts = new Uint32Array(size * size);
  let occasions = 0;
  return {
    get occasions() {
      return occasions;
    },
    add(things) {
      occasions++;
      const row = [...things];
      for (const one of row) {
        for (const other of row) counts[one * size + other] = (counts[one * size + other] ?? 0) + 1;
      }
    },
    countOf: (thing) => counts[thing * size + thing] ?? 0,
    countOfBoth: (one, other) => counts[one * size + other] ?? 0,
  };
}
