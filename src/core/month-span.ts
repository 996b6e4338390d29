import { dayFromDate, dayMonthsBefore, dayToIso } from './calendar-day.ts';

/** A run of whole months; both bounds `YYYY-MM-DD`, the end exclusive, null for open. */
export interface MonthSpan {
  readonly start: string | null;
  readonly end: string | null;
}

/**
 * The span of some months from one on; without a number of months it has no end.
 * @param start `YYYY-MM`, or null for all there is
 * @returns null where the start is no month
 */
export function monthSpan(start: string | null, months: number | null): MonthSpan | null {
  if (start === null) return { start: null, end: null };
  const match = /^(\d{4})-(\d{1,2})$/.exec(start);
  const first = match === null ? null : dayFromDate(Number(match[1]), Number(match[2]), 1);
  if (first === null) return null;
  return { start: dayToIso(first), end: months === null ? null : dayToIso(dayMonthsBefore(first, -months)) };
}
