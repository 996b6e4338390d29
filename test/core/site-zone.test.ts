import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { dayFromDate, dayToIso } from '../../src/core/calendar-day.ts';
import { createSiteZone, monthOfDay, type SiteZone, startOfDay, systemSiteZone } from '../../src/core/site-zone.ts';

/** Zones with every kind of oddity: half and quarter hours, half-hour summer time, Ramadan, changes at a minute past midnight. */
const zones: readonly SiteZone[] = [
  'UTC',
  'America/Chicago',
  'Europe/Amsterdam',
  'Europe/London',
  'Australia/Lord_Howe',
  'Australia/Adelaide',
  'Asia/Kathmandu',
  'Asia/Kolkata',
  'Asia/Gaza',
  'Asia/Pyongyang',
  'Africa/Casablanca',
  'America/St_Johns',
  'America/Caracas',
  'America/Sao_Paulo',
  'Pacific/Apia',
  'Pacific/Chatham',
  'Pacific/Kiritimati',
  'Antarctica/Troll',
].map(createSiteZone);

const utc = createSiteZone('UTC');
const anyZone = fc.constantFrom(...zones);
const earliest = Date.UTC(2000) / 1000;
const latest = Date.UTC(2041) / 1000 - 1;
const anyInstant = fc.integer({ min: earliest, max: latest });

/** Where a zone changes its clocks, as Temporal has it. */
function changesOf(zone: SiteZone): number[] {
  const changes: number[] = [];
  let at = zoned(earliest, zone).getTimeZoneTransition('next');
  for (; at !== null && at.epochMilliseconds / 1000 < latest; at = at.getTimeZoneTransition('next')) {
    changes.push(at.epochMilliseconds / 1000);
  }
  return changes;
}

function zoned(seconds: number, zone: SiteZone): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(seconds * 1000).toZonedDateTimeISO(zone.name);
}

function dayOf(date: Temporal.ZonedDateTime | Temporal.PlainDateTime): number {
  return dayFromDate(date.year, date.month, date.day) ?? Number.NaN;
}

function expectSameInstant(seconds: number, zone: SiteZone): void {
  const expected = zoned(seconds, zone);
  expect({
    offset: zone.offsetAt(seconds),
    day: zone.dayOf(seconds),
    dateTime: zone.toDateTime(seconds),
    iso: zone.toIso(seconds),
  }).toEqual({
    offset: expected.offsetNanoseconds / 1e9,
    day: dayOf(expected),
    dateTime: expected.toPlainDateTime().toString({ smallestUnit: 'second' }).replace('T', ' '),
    iso: expected.toString({ smallestUnit: 'second', timeZoneName: 'never' }),
  });
}

function expectSameLocalTime(local: Temporal.PlainDateTime, zone: SiteZone): void {
  const secondOfDay = local.hour * 3600 + local.minute * 60 + local.second;
  const expected = local.toZonedDateTime(zone.name, { disambiguation: 'compatible' });
  expect(`${zone.name} ${zone.instantOf({ day: dayOf(local), secondOfDay })}`).toBe(
    `${zone.name} ${expected.epochMilliseconds / 1000}`,
  );
}

describe('a zone agrees with Temporal', () => {
  test('on any instant', () => {
    fc.assert(
      fc.property(anyInstant, anyZone, (seconds, zone) => expectSameInstant(seconds, zone)),
      { numRuns: 2000 },
    );
  });

  test('on any local time', () => {
    fc.assert(
      fc.property(anyInstant, anyZone, (seconds, zone) => {
        expectSameLocalTime(zoned(seconds, utc).toPlainDateTime(), zone);
      }),
      { numRuns: 1000 },
    );
  });

  test.each(zones.map((zone) => [zone.name, zone] as const))('around every change of clocks: %s', (_, zone) => {
    for (const change of changesOf(zone)) {
      for (const seconds of [-86_400, -3600, -60, -1, 0, 1, 60, 1799, 3600, 86_400]) {
        expectSameInstant(change + seconds, zone);
      }
      // What clocks show just before, in the gap or twice, and just after.
      const shown = zoned(change, utc).toPlainDateTime();
      for (const offset of [zone.offsetAt(change - 1), zone.offsetAt(change)]) {
        for (const seconds of [-1800, -1, 0, 1, 1799]) {
          expectSameLocalTime(shown.add({ seconds: offset + seconds }), zone);
        }
      }
    }
  });
});

test('a zone gives the same whatever it was asked before', () => {
  fc.assert(
    fc.property(fc.array(anyInstant, { minLength: 2, maxLength: 20 }), anyZone, (instants, { name }) => {
      const asked = createSiteZone(name);
      for (const seconds of instants) expect(asked.toIso(seconds)).toBe(createSiteZone(name).toIso(seconds));
    }),
    { numRuns: 20 },
  );
});

test('fractions of a second belong to the second they are in', () => {
  const zone = createSiteZone('America/Chicago');
  const change = Date.UTC(2024, 10, 3, 7) / 1000;
  expect(zone.toIso(change - 0.001)).toBe('2024-11-03T01:59:59-05:00');
  expect(zone.toIso(change + 0.999)).toBe('2024-11-03T01:00:00-06:00');
  expect(dayToIso(zone.dayOf(Date.UTC(2024, 10, 3, 5) / 1000 - 0.5))).toBe('2024-11-02');
});

test('days have 23, 24 or 25 hours', () => {
  const zone = createSiteZone('America/Chicago');
  const hours = (text: string): number => {
    const day = Math.floor(Date.parse(text) / 86_400_000);
    return (startOfDay(zone, day + 1) - startOfDay(zone, day)) / 3600;
  };
  expect(['2024-03-10', '2024-07-01', '2024-11-03'].map(hours)).toEqual([23, 24, 25]);
});

test('a day that the zone left out begins where the next one does', () => {
  const zone = createSiteZone('Pacific/Apia');
  const skipped = Date.UTC(2011, 11, 30) / 86_400_000;
  expect(zone.toIso(startOfDay(zone, skipped))).toBe('2011-12-31T00:00:00+14:00');
});

test('an unknown zone is refused', () => {
  for (const name of ['Mars/Olympus', '', 'America/', 'CEST+1']) {
    expect(() => createSiteZone(name)).toThrow(RangeError);
  }
});

describe("the system's zone", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test.each(zones.map((zone) => [zone.name, zone] as const))('is %s where the clock is set to that', (name, zone) => {
    vi.stubEnv('TZ', name);
    const system = systemSiteZone();
    expect(createSiteZone(system.name).offsetAt(latest)).toBe(zone.offsetAt(latest));
    const around = changesOf(zone).flatMap((at) => [at - 1, at, at + 1]);
    const instants = [...around, ...fc.sample(anyInstant, 300), -86_400 * 365, 0];
    expect(instants.map((at) => system.toIso(at))).toEqual(instants.map((at) => zone.toIso(at)));
  });

  test('has a name that nobody takes for a zone where the clock is set to nothing that is known', () => {
    vi.stubEnv('TZ', 'Venus');
    const { name } = systemSiteZone();
    expect(() => createSiteZone(name)).toThrow(RangeError);
  });
});

test('a month is the beginning of its days', () => {
  expect(monthOfDay(0)).toBe('1970-01');
  expect(monthOfDay(Date.UTC(2024, 1, 29) / 86_400_000)).toBe('2024-02');
});
