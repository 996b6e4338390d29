import { dayFromDate, dayMonthsBefore, dayToDate } from '../core/calendar-day.ts';
import { monthOfDay, type SiteZone, startOfDay } from '../core/site-zone.ts';

/** A calendar month. */
export interface WholeMonth {
  /** `YYYY-MM` */
  readonly name: string;
  /** Seconds since 1970 UTC; the end is exclusive. */
  readonly start: number;
  readonly end: number;
}

/** The calendar months from that of one instant to that of another, both included. */
export function listMonths(first: number, last: number, zone: SiteZone): WholeMonth[] {
  const months: WholeMonth[] = [];
  const { year, month } = dayToDate(zone.dayOf(first));
  let day = dayFromDate(year, month, 1) ?? 0;
  while (day <= zone.dayOf(last)) {
    const next = dayMonthsBefore(day, -1);
    months.push({ name: monthOfDay(day), start: startOfDay(zone, day), end: startOfDay(zone, next) });
    day = next;
  }
  return months;
}
