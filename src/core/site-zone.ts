import { dayFromDate, dayToIso } from './calendar-day.ts';

/** A wall-clock time: a day number (see calendar-day.ts) and the second of that day, 0 to 86399. */
export interface LocalTime {
  readonly day: number;
  readonly secondOfDay: number;
}

/** Seconds since 1970 UTC, `from` inclusive, `until` exclusive, and the local day that they fall on. */
export interface DaySpan {
  readonly day: number;
  readonly from: number;
  readonly until: number;
}

/** The site's time zone: from instants (seconds since 1970 UTC) to wall-clock times and back. */
export interface SiteZone {
  /** IANA name; `Etc/Unknown` where the system's clock goes by a zone that has none. */
  readonly name: string;
  /** Seconds that local time is ahead of UTC at an instant. */
  offsetAt(seconds: number): number;
  /** The local day an instant falls on. */
  dayOf(seconds: number): number;
  /** A span of seconds around an instant, from inclusive, until exclusive, all of which falls on one local day. */
  daySpanAt(seconds: number): DaySpan;
  /** The instant of a local time. One that the clock skips counts from before the gap, one it shows twice is the first. */
  instantOf(local: LocalTime): number;
  /** `YYYY-MM-DD HH:MM:SS`, local. */
  toDateTime(seconds: number): string;
  /** ISO 8601 with offset, as `2024-11-11T00:00:19-06:00`. */
  toIso(seconds: number): string;
}

const SECONDS_PER_DAY = 86_400;
/** All zones have changed their clocks on a whole minute UTC since 1972; in Newfoundland at a minute past midnight. */
const SECONDS_PER_MINUTE = 60;
/** What Intl itself calls it at times, and takes for no zone. */
const UNKNOWN = 'Etc/Unknown';

/**
 * A zone by its IANA name.
 * @throws RangeError where the name is unknown
 */
export function createSiteZone(name: string): SiteZone {
  // For it, nobody has to wait for Intl.
  if (name === 'UTC')
    return zoneOf(
      () => name,
      () => 0,
    );
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const askOffset = (seconds: number): number => {
    const part: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(seconds * 1000)) part[type] = Number(value);
    const local = Date.UTC(
      part['year'] ?? 0,
      (part['month'] ?? 1) - 1,
      part['day'] ?? 1,
      part['hour'] ?? 0,
      part['minute'] ?? 0,
      part['second'] ?? 0,
    );
    return Math.round(local / 1000) - seconds;
  };
  return zoneOf(() => name, askOffset);
}

/**
 * The zone of the computer's own clock, as it is set for all of the system. Its dates are to be had without `Intl`,
 * which takes longer to begin than many a question to a store; only who asks for the name waits for it.
 */
export function systemSiteZone(): SiteZone {
  return zoneOf(
    () => systemZoneName() ?? UNKNOWN,
    (seconds) => 0 - 60 * new Date(seconds * 1000).getTimezoneOffset(),
  );
}

/** @param askOffset seconds that local time is ahead of UTC at an instant */
function zoneOf(nameOf: () => string, askOffset: (seconds: number) => number): SiteZone {
  /** Offset of a whole UTC day, or null where it changes within. Asking each time would cost 5 µs a load. */
  const offsetOfUtcDay = new Map<number, number | null>();
  const offsetOfMinute = new Map<number, number>();
  const dateOfDay = new Map<number, string>();

  function offsetAt(seconds: number): number {
    const utcDay = Math.floor(seconds / SECONDS_PER_DAY);
    let offset = offsetOfUtcDay.get(utcDay);
    if (offset === undefined) {
      const atStart = askOffset(utcDay * SECONDS_PER_DAY);
      const atEnd = askOffset((utcDay + 1) * SECONDS_PER_DAY - 1);
      offset = atStart === atEnd ? atStart : null;
      offsetOfUtcDay.set(utcDay, offset);
    }
    if (offset !== null) return offset;
    const minute = Math.floor(seconds / SECONDS_PER_MINUTE);
    let ofMinute = offsetOfMinute.get(minute);
    if (ofMinute === undefined) {
      ofMinute = askOffset(minute * SECONDS_PER_MINUTE);
      offsetOfMinute.set(minute, ofMinute);
    }
    return ofMinute;
  }

  function dayOf(seconds: number): number {
    return Math.floor((seconds + offsetAt(seconds)) / SECONDS_PER_DAY);
  }

  function daySpanAt(seconds: number): DaySpan {
    const offset = offsetAt(seconds);
    const day = Math.floor((seconds + offset) / SECONDS_PER_DAY);
    const utcDay = Math.floor(seconds / SECONDS_PER_DAY);
    const isSteady = offsetOfUtcDay.get(utcDay) !== null;
    const unit = isSteady ? SECONDS_PER_DAY : SECONDS_PER_MINUTE;
    const unitStart = Math.floor(seconds / unit) * unit;
    const from = Math.max(unitStart, day * SECONDS_PER_DAY - offset);
    return { day, from, until: Math.min(unitStart + unit, (day + 1) * SECONDS_PER_DAY - offset) };
  }

  function instantOf(local: LocalTime): number {
    const asUtc = local.day * SECONDS_PER_DAY + local.secondOfDay;
    // The two offsets in force around the local time; where they agree there is nothing to choose.
    const before = offsetAt(asUtc - SECONDS_PER_DAY);
    const after = offsetAt(asUtc + SECONDS_PER_DAY);
    const early = asUtc - before;
    if (before === after || offsetAt(early) === before) return early;
    const late = asUtc - after;
    return offsetAt(late) === after ? late : early;
  }

  function toDateTime(seconds: number): string {
    const local = Math.floor(seconds) + offsetAt(seconds);
    const day = Math.floor(local / SECONDS_PER_DAY);
    let date = dateOfDay.get(day);
    if (date === undefined) {
      date = dayToIso(day);
      dateOfDay.set(day, date);
    }
    const second = local - day * SECONDS_PER_DAY;
    return `${date} ${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
  }

  function toIso(seconds: number): string {
    const offset = offsetAt(seconds);
    const minutes = Math.abs(Math.round(offset / 60));
    const sign = offset < 0 ? '-' : '+';
    return `${toDateTime(seconds).replace(' ', 'T')}${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  }

  return {
    get name() {
      return nameOf();
    },
    offsetAt,
    dayOf,
    daySpanAt,
    instantOf,
    toDateTime,
    toIso,
  };
}

function two(n: number): string {
  return n < 10 ? `0${n}` : String(n);
}

/** What the computer's own clock shows, as an IANA name (`TZ`, else the system's setting); null where it is unknown. */
export function systemZoneName(): string | null {
  // Whatever the types say, there may be none.
  const { timeZone = UNKNOWN }: { timeZone?: string } = new Intl.DateTimeFormat().resolvedOptions();
  return timeZone === UNKNOWN ? null : timeZone;
}

/** The local day of `YYYY-MM-DD`, or null. */
export function dayFromIso(text: string): number | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  return match === null ? null : dayFromDate(Number(match[1]), Number(match[2]), Number(match[3]));
}

/** First instant of a local day. */
export function startOfDay(zone: SiteZone, day: number): number {
  return zone.instantOf({ day, secondOfDay: 0 });
}

/** `YYYY-MM` of a day number. */
export function monthOfDay(day: number): string {
  return dayToIso(day).slice(0, 7);
}
