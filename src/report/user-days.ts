import { type SiteZone, startOfDay } from '../core/site-zone.ts';
import type { Store } from '../store/store.ts';
import { type Each, naming } from './each.ts';
import type { ReportRequest } from './report.ts';
import type { Span } from './span.ts';

/** Rows that are asked for at once: a few hundred megabytes at the most. */
const ROWS_AT_ONCE = 500_000;

/**
 * What each user has loaded on each day, a set of names a user and day, in no particular order. What only came along
 * as a dependency on that day is left out. The span is asked for in parts, so that its length costs time but no memory.
 */
export async function* readUserDays(
  store: Store,
  span: Span,
  each: Each,
  { zone, packageOf }: Pick<ReportRequest, 'zone' | 'packageOf'>,
  rowsAtOnce: number = ROWS_AT_ONCE,
): AsyncGenerator<ReadonlySet<string>> {
  const { by, nameOf } = naming(each, packageOf);
  const open = new Map<number, Map<string, Set<string>>>();
  for (const { start, end } of partsOf(span, zone, Math.ceil((await store.count(span.filter)) / rowsAtOnce))) {
    const filter = { ...span.filter, start, end };
    for (const row of await store.select({ by: [by, 'user', 'day'], measures: ['loads', 'dependency'], filter })) {
      if (row.dependency === row.loads) continue;
      const users = open.get(row.day) ?? new Map<string, Set<string>>();
      open.set(row.day, users);
      const names = users.get(row.user) ?? new Set<string>();
      users.set(row.user, names.add(nameOf(row[by])));
    }
    // Days are those of the zone of the import: elsewhere on earth, the part may end two days earlier.
    for (const [day, users] of open) {
      if (day >= zone.dayOf(end) - 2) continue;
      yield* users.values();
      open.delete(day);
    }
  }
  for (const users of open.values()) yield* users.values();
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
