import type { PackageRule } from '../core/module-name.ts';
import { compareNatural } from '../core/natural-order.ts';
import { shareOf } from '../core/share.ts';
import type { Modulefile } from '../core/usage-batch.ts';
import type { UsageFilter } from '../core/usage-query.ts';
import type { Store } from '../store/store.ts';
import { type Each, eachColumns, eachOption, naming } from './each.ts';
import { firstRows } from './first-rows.ts';
import { createPairCounts } from './pair-counts.ts';
import type { Report } from './report.ts';
import { optionValue, percentOption } from './report-option.ts';
import { readSpan } from './span.ts';
import { eachUserDay } from './user-days.ts';

const MONTHS = 12;
/** Every pair of them has a place in memory; what has fewer users than so many others is no bundle. */
const MOST_NAMES = 2000;

const each = eachOption('package');
const support = percentOption('support', 1, 'the least part of all user-days on which both were loaded');

/** What the same user loads on the same day: the strongest ties first. */
export const together: Report = {
  name: 'together',
  summary: 'what the same user loads on the same day',
  reading:
    'A user-day is a user and a day on which they loaded anything. Support is the part of all user-days that has both, ' +
    'confidence the part of those of the first that has the other, too. Lift says how many times more often both come ' +
    'together than if they had nothing to do with each other; the highest comes first, and only what is above 1. What ' +
    'came along as a dependency does not count, where the log tells.',
  example: 'modtally report together --support 5',
  months: MONTHS,
  options: [each, support],
  async run(store, request) {
    const kind = optionValue(request.options, each);
    const leastSupport = optionValue(request.options, support);
    const span = await readSpan(store, request, MONTHS);
    const names = await listNames(store, span.filter, kind, request.packageOf);
    const placeOf = new Map(names.map((name, place) => [name, place]));
    const counts = createPairCounts(names.length);
    const { by, nameOf } = naming(kind, request.packageOf);
    const numberOf = (modulefile: Modulefile): number => placeOf.get(nameOf(modulefile[by])) ?? -1;
    await eachUserDay(store, span, { zone: request.zone, numberOf }, counts.add);
    const pairs = names.flatMap((_, one) =>
      names.slice(one + 1).flatMap((_, next) => {
        const other = one + 1 + next;
        const both = counts.countOfBoth(one, other);
        const lift = (both * counts.occasions) / (counts.countOf(one) * counts.countOf(other));
        if (both === 0 || both < leastSupport * counts.occasions || lift <= 1) return [];
        const [rarer, more] = counts.countOf(one) <= counts.countOf(other) ? [one, other] : [other, one];
        return [{ name: names[rarer] ?? '', mate: names[more] ?? '', both, days: counts.countOf(rarer), lift }];
      }),
    );
    pairs.sort(
      (one, other) =>
        other.lift - one.lift ||
        other.both - one.both ||
        compareNatural(one.name, other.name) ||
        compareNatural(one.mate, other.mate),
    );
    return {
      columns: [
        eachColumns[kind],
        { key: 'with', title: 'With', kind: 'text' },
        { key: 'user_days', title: 'User-days', kind: 'number' },
        { key: 'support', title: 'Support', kind: 'share' },
        { key: 'confidence', title: 'Confidence', kind: 'share' },
        { key: 'lift', title: 'Lift', kind: 'number' },
      ],
      rows: firstRows(pairs, request.limit).map(({ name, mate, both, days, lift }) => [
        name,
        mate,
        both,
        shareOf(both, counts.occasions),
        shareOf(both, days),
        Math.round(lift * 100) / 100,
      ]),
      notes: span.notes,
    };
  },
};

/** What to look at, in natural order: no more than there is room for, by the users of the most used module of each. */
async function listNames(store: Store, filter: UsageFilter, each: Each, packageOf: PackageRule): Promise<string[]> {
  const { by, nameOf } = naming(each, packageOf);
  const usersOf = new Map<string, number>();
  for (const row of await store.select({ by: [by], measures: ['users'], filter })) {
    const name = nameOf(row[by]);
    usersOf.set(name, Math.max(row.users, usersOf.get(name) ?? 0));
  }
  const names = [...usersOf].sort(([one, users], [other, more]) => more - users || compareNatural(one, other));
  return names
    .slice(0, MOST_NAMES)
    .map(([name]) => name)
    .sort(compareNatural);
}
