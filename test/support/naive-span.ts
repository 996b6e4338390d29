import { Temporal } from 'temporal-polyfill';
import type { ReportRequest } from '../../src/report/report.ts';
import type { NaiveRow, NaiveUsage } from './naive-usage.ts';

/** The span that a report has to look at, worked out with a calendar. Instants are in seconds since 1970 UTC. */
export interface NaiveSpan {
  readonly start: number;
  readonly end: number;
  readonly startBefore: number;
  /** The rows of the span and of the span before. */
  readonly rows: readonly NaiveRow[];
  readonly rowsBefore: readonly NaiveRow[];
  readonly lastDay: Temporal.PlainDate;
}

/** Null for an empty store. */
export function naiveSpan(usage: NaiveUsage, request: ReportRequest, months?: number): NaiveSpan | null {
  const { filter, now } = request;
  const past = usage.rows.filter(({ first }) => first <= now);
  if (past.length === 0) return null;
  const newest = localTime(Math.max(...past.map(({ last }) => last)), request);
  const end = filter.end === undefined ? newest.startOfDay().add({ days: 1 }) : localTime(filter.end, request);
  const lastMonth = end.subtract({ seconds: 1 }).with({ day: 1 }).startOfDay();
  const ofMonths = months === undefined ? undefined : secondsOf(lastMonth.subtract({ months: months - 1 }));
  const startOrNone = filter.start ?? ofMonths;
  const start = localTime(startOrNone ?? Math.min(...past.map(({ first }) => first)), request);
  const areMonths = [start, end].every((time) => time.day === 1 && time.equals(time.startOfDay()));
  const length = start.toPlainDateTime().until(end.toPlainDateTime(), { largestUnit: areMonths ? 'months' : 'hours' });
  const before = start.toPlainDateTime().subtract(length).toZonedDateTime(request.zone.name);
  const bounds = { end: secondsOf(end), ...(startOrNone === undefined ? {} : { start: startOrNone }) };
  return {
    start: secondsOf(start),
    end: secondsOf(end),
    startBefore: secondsOf(before),
    rows: usage.select({ ...filter, ...bounds }),
    rowsBefore: usage.select({ ...filter, start: secondsOf(before), end: secondsOf(start) }),
    lastDay: end.subtract({ seconds: 1 }).toPlainDate(),
  };
}

/** A moment by the clocks of the site. */
export function localTime(seconds: number, { zone }: ReportRequest): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(seconds * 1000).toZonedDateTimeISO(zone.name);
}

export function secondsOf(time: Temporal.ZonedDateTime): number {
  return time.epochMilliseconds / 1000;
}
