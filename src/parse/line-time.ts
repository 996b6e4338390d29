import { dayFromDate, daysInMonth, dayToDate } from '../core/calendar-day.ts';
import type { SiteZone } from '../core/site-zone.ts';

/** A date and time as a syslog prefix writes it. */
export interface PrefixTime {
  /** Null in the traditional form, which has no year. */
  readonly year: number | null;
  readonly month: number;
  readonly dayOfMonth: number;
  readonly secondOfDay: number;
  readonly microseconds: number;
  /** Seconds ahead of UTC; null where the prefix does not say, so that the collector's local time is meant. */
  readonly offset: number | null;
}

/** What year-less and zone-less times are read by. */
export interface Clock {
  /** Seconds since 1970 UTC. */
  readonly now: number;
  /** When the last of the lines was written, at the latest, in seconds since 1970 UTC; `now` where nothing else is said. */
  readonly writtenAt?: number;
  readonly zone: SiteZone;
}

/** 2000-01-01 UTC, in seconds: whatever is earlier is no load's time. */
export const EARLIEST = 946_684_800;
/** How far ahead of now a time may lie, in seconds: a year. Wrong clocks are told by the reports, not dropped here. */
const FURTHEST_AHEAD = 366 * 86_400;

const isoTime = /(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?(Z|[+-]\d{2}:?\d{2})?(?=\s|$)/y;
const bsdTime = /([A-Z][a-z]{2}) {1,2}(\d{1,2}) (?:(\d{4}) )?(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?=[\s:]|$)/y;
const months = 'JanFebMarAprMayJunJulAugSepOctNovDec';

/** Reads an ISO 8601 or a traditional syslog time at a place in a line. */
export function readPrefixTime(line: string, start: number): { time: PrefixTime; end: number } | null {
  isoTime.lastIndex = start;
  const iso = isoTime.exec(line);
  if (iso !== null) {
    const [, year, month, day, hour, minute, second, fraction, offset] = iso;
    const secondOfDay = secondOf(hour, minute, second);
    if (secondOfDay === null) return null;
    const time = {
      year: Number(year),
      month: Number(month),
      dayOfMonth: Number(day),
      secondOfDay,
      microseconds: microsecondsOf(fraction),
      offset: offsetOf(offset),
    };
    return { time, end: isoTime.lastIndex };
  }
  bsdTime.lastIndex = start;
  const bsd = bsdTime.exec(line);
  const month = bsd?.[1] === undefined ? -1 : months.indexOf(bsd[1]);
  if (bsd === null || month < 0 || month % 3 !== 0) return null;
  const [, , day, year, hour, minute, second, fraction] = bsd;
  const secondOfDay = secondOf(hour, minute, second);
  if (secondOfDay === null) return null;
  const time = {
    year: year === undefined ? null : Number(year),
    month: month / 3 + 1,
    dayOfMonth: Number(day),
    secondOfDay,
    microseconds: microsecondsOf(fraction),
    offset: null,
  };
  return { time, end: bsdTime.lastIndex };
}

/** The instant of a prefix's time in microseconds, or null where there is no such date. */
export function instantOfPrefix(time: PrefixTime, clock: Clock): number | null {
  const day = time.year === null ? latestSuchDay(time, clock) : dayFromDate(time.year, time.month, time.dayOfMonth);
  if (day === null) return null;
  const seconds =
    time.offset === null
      ? clock.zone.instantOf({ day, secondOfDay: time.secondOfDay })
      : day * 86_400 + time.secondOfDay - time.offset;
  return seconds * 1e6 + time.microseconds;
}

/** The instant of a `time=` value in microseconds: seconds since 1970, or an ISO 8601 time; null for anything else. */
export function instantOfValue(text: string, clock: Clock): number | null {
  const value = text.trim().replace(/^'(.*)'$/, '$1');
  const decimal = /^(\d{1,15})(?:\.(\d*))?$/.exec(value);
  if (decimal !== null) return Number(decimal[1]) * 1e6 + microsecondsOf(decimal[2]);
  if (/^\d+(\.\d+)?[eE]\+?\d{1,2}$/.test(value)) return Math.round(Number(value) * 1e6);
  const iso = readPrefixTime(value, 0);
  return iso === null || iso.end !== value.length ? null : instantOfPrefix(iso.time, clock);
}

/** Whether a load can have happened then. */
export function isPlausible(timeUs: number, clock: Clock): boolean {
  return timeUs >= EARLIEST * 1e6 && timeUs < latestPlausible(clock.now) * 1e6;
}

/** The second from which on a time is too far ahead to be a load's. */
export function latestPlausible(now: number): number {
  return now + FURTHEST_AHEAD;
}

/** The latest day of that name that was not in the future when the line was written, in the zone. */
function latestSuchDay(time: PrefixTime, clock: Clock): number | null {
  const today = dayToDate(clock.zone.dayOf(clock.writtenAt ?? clock.now));
  const isAhead = time.month > today.month || (time.month === today.month && time.dayOfMonth > today.dayOfMonth);
  const latestYear = isAhead ? today.year - 1 : today.year;
  if (time.dayOfMonth > daysInMonth(2000, time.month)) return null;
  // Only 29 February needs to look further back; eight years is the longest time without one.
  for (let year = latestYear; year > latestYear - 8; year--) {
    const day = dayFromDate(year, time.month, time.dayOfMonth);
    if (day !== null) return day;
  }
  return null;
}

/** Second of the day, a leap second included; null for a time that no clock shows. */
function secondOf(hour: string | undefined, minute: string | undefined, second: string | undefined): number | null {
  const [h, m, s] = [Number(hour), Number(minute), Number(second)];
  return h > 23 || m > 59 || s > 60 ? null : h * 3600 + m * 60 + s;
}

function microsecondsOf(fraction: string | undefined): number {
  return fraction === undefined ? 0 : Number(fraction.slice(0, 6).padEnd(6, '0'));
}

function offsetOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (text === 'Z') return 0;
  const seconds = Number(text.slice(1, 3)) * 3600 + Number(text.slice(-2)) * 60;
  return text.startsWith('-') ? -seconds : seconds;
}
