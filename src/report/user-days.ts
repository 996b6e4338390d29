import { type SiteZone, startOfDay } from '../core/site-zone.ts';
import type { Modulefile } from '../core/usage-batch.ts';
import type { Store } from '../store/store.ts';
import { NumberSets } from './number-sets.ts';
import type { Span } from './span.ts';

/** Rows that are held at once: some hundred megabytes at the most. */
const ROWS_AT_ONCE = 8_000_000;

export interface UserDayOptions {
  readonly zone: SiteZone;
  /** The number, from 0 on, that stands for a modulefile; -1 for none. */
  readonly numberOf: (modulefile: Modulefile) => number;
  readonly rowsAtOnce?: number;
}

/**
 * Shows what each user has loaded on each day, a user and day at a time, in no particular order. What only came along
 * as a dependency on that day is left out. The span is read in parts, so that its length costs time but no memory.
 * @param use gets the numbers of a user-day, each once
 */
export async function eachUserDay(
  store: Store,
  span: Span,
  { zone, numberOf, rowsAtOnce = ROWS_AT_ONCE }: UserDayOptions,
  use: (numbers: readonly number[]) => void,
): Promise<void> {
  const open = new Map<number, NumberSets>();
  const users = new Map<string, number>();
  const numberOfUser = (user: string): number => users.get(user) ?? users.set(user, users.size).size - 1;
  const take = (before: number): void => {
    for (const [day, sets] of open) {
      if (day >= before) continue;
      sets.each(use);
      open.delete(day);
    }
  };
  for (const { start, end } of partsOf(span, zone, Math.ceil((await store.count(span.filter)) / rowsAtOnce))) {
    await store.readUserDays({ ...span.filter, start, end }, async (batches) => {
      const [knownUsers, knownNumbers]: [number[], number[]] = [[], []];
      for await (const { vocabulary, length, day, user, modulefile } of batches) {
        number(knownUsers, vocabulary.users, numberOfUser);
        number(knownNumbers, vocabulary.modulefiles, numberOf);
        for (let row = 0; row < length; row++) {
          const ofDay = day[row] ?? 0;
          const sets = open.get(ofDay) ?? new NumberSets();
          open.set(ofDay, sets);
          sets.add(knownUsers[user[row] ?? -1] ?? -1, knownNumbers[modulefile[row] ?? -1] ?? -1);
        }
      }
    });
    // Days are those of the zone of the import: elsewhere on earth, the part may end two days earlier.
    take(zone.dayOf(end) - 2);
  }
  take(Number.POSITIVE_INFINITY);
}

/** Goes on with the numbers of a list that has grown. */
function number<T>(numbers: number[], items: readonly T[], numberOf: (item: T) => number): void {
  for (const item of items.slice(numbers.length)) numbers.push(numberOf(item));
}

/** A span in parts of about the same number of days, which begin with a day. */
function partsOf(span: Span, zone: SiteZone, parts: number): { readonly start: number; readonly end: number }[] {
  const start = Math.max(span.start, span.extent?.first ?? span.start);
  const first = zone.dayOf(start);
  const days = Math.max(1, Math.ceil((span.lastDay + 1 - first) / Math.max(1, parts)));
  const bounds = [start];
  for (let day = first + days; day <= span.lastDay; day += days) bounds.push(startOfDay(zone, day));
  return bounds.map((bound, index) => ({ start: bound, end: bounds[index + 1] ?? span.end }));
}
