import { dayMonthsBefore, dayToDate, dayToIso } from '../core/calendar-day.ts';
import type { SiteZone } from '../core/site-zone.ts';
import type { Span } from './span.ts';

const SECONDS_PER_DAY = 86_400;

/**
 * Where the span before one begins; it ends where that one begins. Before whole months lie as many months, before
 * anything else as many days, hours and seconds by the clocks of the site.
 * @param start seconds since 1970 UTC, as `end`, which is exclusive, and the result
 */
export function startOfSpanBefore(start: number, end: number, zone: SiteZone): number {
  const from = start + zone.offsetAt(start);
  const to = end + zone.offsetAt(end);
  const [first, last] = [monthBeginning(from), monthBeginning(to)];
  const before =
    first === null || last === null
      ? 2 * from - to
      : dayMonthsBefore(from / SECONDS_PER_DAY, last - first) * SECONDS_PER_DAY;
  const day = Math.floor(before / SECONDS_PER_DAY);
  return zone.instantOf({ day, secondOfDay: before - day * SECONDS_PER_DAY });
}

/** What to mind where the store does not reach back to the beginning of the span before. */
export function noteBeginning({ extent }: Span, startBefore: number, zone: SiteZone): string[] {
  if (extent === null || extent.first <= startBefore) return [];
  return [`The store begins on ${dayToIso(zone.dayOf(extent.first))}: of the span before it lacks some, or all.`];
}

/** The number of the month that begins at a local time, null where none does. */
function monthBeginning(local: number): number | null {
  const { year, month, dayOfMonth } = dayToDate(Math.floor(local / SECONDS_PER_DAY));
  return local % SECONDS_PER_DAY === 0 && dayOfMonth === 1 ? year * 12 + month : null;
}
