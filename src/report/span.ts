import { dayFromDate, dayMonthsBefore, dayToDate, dayToIso } from '../core/calendar-day.ts';
import { type SiteZone, startOfDay } from '../core/site-zone.ts';
import type { UsageFilter } from '../core/usage-query.ts';
import type { Store } from '../store/store.ts';
import type { ReportRequest } from './report.ts';

/** The stretch of time that a report looks at. Days are those of the site's zone, by number. */
export interface Span {
  /** The request's, with the bounds of the span. */
  readonly filter: UsageFilter;
  /** Seconds since 1970 UTC; where nothing else says, the store's first load. */
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  /** The last day, inclusive. */
  readonly lastDay: number;
  /** First and last load of all that is in the store, seconds since 1970 UTC; null for an empty store. */
  readonly extent: Extent | null;
  readonly notes: readonly string[];
}

export interface Extent {
  readonly first: number;
  readonly last: number;
}

/**
 * The span of a request. Where it has no end, that is the day of the newest load in the store, and not today: were
 * an import missing, everything would look idle. Loads from the future are left out.
 * @param months where the request has no start: up to the end, the month in which it lies and those before it, this
 *   number together; without a number, all there is
 */
export async function readSpan(store: Store, request: ReportRequest, months?: number): Promise<Span> {
  const { filter, zone, now } = request;
  const extent = await readExtent(store, now);
  const end = filter.end ?? startOfDay(zone, zone.dayOf(extent?.last ?? now) + 1);
  const lastDay = zone.dayOf(end - 1);
  const startOfMonths = months === undefined ? undefined : startOfDay(zone, firstDayOfMonths(lastDay, months));
  const start = filter.start ?? startOfMonths;
  return {
    filter: { ...filter, end, ...(start === undefined ? {} : { start }) },
    start: start ?? extent?.first ?? now,
    end,
    lastDay,
    extent,
    notes: notesOn(extent, request, start),
  };
}

/** The first day of the month that lies some months before that of a day; 1 stands for that month itself. */
function firstDayOfMonths(day: number, months: number): number {
  const { year, month } = dayToDate(day);
  return dayMonthsBefore(dayFromDate(year, month, 1) ?? day, months - 1);
}

async function readExtent(store: Store, now: number): Promise<Extent | null> {
  const [extent] = await store.select({ by: [], measures: ['first', 'last'], filter: { end: now + 1 } });
  return extent ?? null;
}

/** What the reader should know of a span that the request did not name. */
function notesOn(extent: Extent | null, { filter, zone, now }: ReportRequest, start: number | undefined): string[] {
  if (extent === null) return ['The store holds no loads yet: modtally import takes logs in.'];
  const notes: string[] = [];
  const newest = zone.dayOf(extent.last);
  if (filter.end === undefined && zone.dayOf(now) - newest > STALE_DAYS) {
    notes.push(`The newest load in the store is of ${dayToIso(newest)}: that day stands for today.`);
  }
  if (filter.start === undefined && start !== undefined) {
    notes.push(`Counted from ${dateOf(zone, Math.max(start, extent.first))}; --start says otherwise.`);
  }
  return notes;
}

/** Days for which no load need be new: at some sites logs are rotated once a week. */
export const STALE_DAYS = 8;

function dateOf(zone: SiteZone, seconds: number): string {
  return dayToIso(zone.dayOf(seconds));
}
