/**
 * Counts how often things were there on the same occasion, two by two. What it needs grows with the square of the
 * number of things, and not with that of the occasions.
 */
export interface PairCounts {
  /** Number of occasions. */
  readonly occasions: number;
  /** Counts an occasion on which these things were there, each named once. */
  add(things: readonly number[]): void;
  /** Occasions on which a thing was there. */
  countOf(thing: number): number;
  /** Occasions on which both, which are two, were there. */
  countOfBoth(one: number, other: number): number;
}

/** @param size the number of things, which are numbered from 0 on */
export function createPairCounts(size: number): PairCounts {
  // Of a pair, one or the other comes first: it has two places, of which the sum counts. On the diagonal: one thing.
  const counts = new Uint32Array(size * size);
  let occasions = 0;
  return {
    get occasions() {
      return occasions;
    },
    add(things) {
      occasions++;
      for (let at = 0; at < things.length; at++) {
        const row = (things[at] ?? 0) * size;
        for (let next = at; next < things.length; next++) {
          const place = row + (things[next] ?? 0);
          counts[place] = (counts[place] ?? 0) + 1;
        }
      }
    },
    countOf: (thing) => counts[thing * size + thing] ?? 0,
    countOfBoth: (one, other) => (counts[one * size + other] ?? 0) + (counts[other * size + one] ?? 0),
  };
}
