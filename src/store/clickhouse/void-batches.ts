import type { StateChange, StoreState, VoidBatches } from './store-state.ts';

const DAY_MS = 86_400_000;
/** Longer than any insert takes; for as long, servers know again what they have had. */
const LONGEST_INSERT_MS = 7 * DAY_MS;
/** So many are known in any case. */
const KEPT = 1000;

/** The batches that were given up, and some that are. */
export function withVoid(gone: readonly VoidBatches[], batches: readonly number[]): readonly VoidBatches[] {
  if (batches.length === 0) return gone;
  const day = Math.floor(Date.now() / DAY_MS);
  const last = gone.at(-1);
  return last?.day === day
    ? [...gone.slice(0, -1), { day, batches: [...last.batches, ...batches] }]
    : [...gone, { day, batches }];
}

/**
 * Batches that were given up so long ago that no insert of theirs can be under way any more: when their rows are gone,
 * none will come, and it need not be known that they do not count. None where there are few, which is no burden.
 */
export function batchesToForget({ void: gone }: Pick<StoreState, 'void'>): number[] {
  if (gone.reduce((sum, { batches }) => sum + batches.length, 0) <= KEPT) return [];
  const before = Math.floor((Date.now() - LONGEST_INSERT_MS) / DAY_MS);
  return gone.filter(({ day }) => day < before).flatMap(({ batches }) => batches);
}

/** What a state becomes when batches are forgotten. */
export function forgetBatches(
  { void: gone, forgotten }: StoreState,
  batches: readonly number[],
): Required<Pick<StateChange, 'void' | 'forgotten'>> {
  const known = new Set(batches);
  return {
    void: gone
      .map(({ day, batches: ofDay }) => ({ day, batches: ofDay.filter((batch) => !known.has(batch)) }))
      .filter((ofDay) => ofDay.batches.length > 0),
    forgotten: batches.reduce((highest, batch) => Math.max(highest, batch), forgotten),
  };
}
