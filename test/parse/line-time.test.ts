import { describe, expect, test } from 'vitest';
import { parseLine } from '../../src/parse/parse-line.ts';
import { loadOf, makeClock, makeLine, type ReadOptions, refusalOf, timeOf } from '../support/read-line.ts';

const fields = 'user=alice module=gcc path=/p';
const timed = (time: string, options?: ReadOptions): string => timeOf(makeLine({ time }), options);
const bsd = (time: string, options?: ReadOptions): string => timeOf(`${time} c1 lmod: ${fields}`, options);

describe('a time= value', () => {
  test.each([
    ['1731283200', '2024-11-11T00:00:00.000Z'],
    ['1731283200.', '2024-11-11T00:00:00.000Z'],
    ['1731283200.5', '2024-11-11T00:00:00.500Z'],
    ['1731283200.123999', '2024-11-11T00:00:00.123Z'],
    ['1.7312832e9', '2024-11-11T00:00:00.000Z'],
    ['1.7312832E+09', '2024-11-11T00:00:00.000Z'],
    ['2024-11-11T00:00:00Z', '2024-11-11T00:00:00.000Z'],
    ['2024-11-11T01:00:00.25+01:00', '2024-11-11T00:00:00.250Z'],
    ['2024-11-10T18:30:00-0530', '2024-11-11T00:00:00.000Z'],
    ['"2024-11-11 00:00:00"', '2024-11-11T00:00:00.000Z'],
  ])('%s is an instant', (value, instant) => {
    expect(timed(value)).toBe(instant);
  });

  test('is read to the microsecond, further digits dropped', () => {
    expect(loadOf(makeLine({ time: '1731283200.9999999' })).timeUs).toBe(1_731_283_200_999_999);
    expect(loadOf(makeLine({ time: '1731283200.000001' })).timeUs).toBe(1_731_283_200_000_001);
    expect(loadOf(makeLine({ time: '2024-11-11T00:00:00.123456789Z' })).timeUs).toBe(1_731_283_200_123_456);
  });

  test('without a zone is local time of the site', () => {
    expect(timed('2024-11-11T00:00:00', { tz: 'America/Chicago' })).toBe('2024-11-11T06:00:00.000Z');
  });

  test.each([
    ['xx', 'a word'],
    ['-1731283200', 'negative'],
    ['1731283200x', 'a number and more'],
    ['0x67319b00', 'hexadecimal'],
    ['Infinity', 'no number'],
    ['1731283200.5.5', 'two points'],
    ['1e999', 'huge'],
    ['9'.repeat(400), 'endless'],
    ['2024-02-30T00:00:00Z', 'a day that does not exist'],
    ['2024-13-01T00:00:00Z', 'a month that does not exist'],
    ['2024-11-11T24:00:00Z', 'an hour that does not exist'],
    ['2024-11-11T00:60:00Z', 'a minute that does not exist'],
    ['2024-11-11', 'a day without a time'],
    ['1731283200000', 'milliseconds: far ahead'],
    ['946684799.999999', 'before 2000'],
    ['1999-12-31T23:59:59Z', 'before 2000'],
  ])('%s is none: %s', (value) => {
    expect(refusalOf(makeLine({ time: value }))).toBe('reject: time');
  });

  test('counts from the first second of 2000 on', () => {
    expect(timed('946684800')).toBe('2000-01-01T00:00:00.000Z');
  });

  test('may lie ahead of now, as clocks do, but not a year and a day', () => {
    const now = '2026-11-22T12:00:00Z';
    expect(timed('2027-11-22T12:00:00Z', { now })).toBe('2027-11-22T12:00:00.000Z');
    expect(timed('2027-11-23T11:59:59.999999Z', { now })).toBe('2027-11-23T11:59:59.999Z');
    expect(refusalOf(makeLine({ time: '2027-11-23T12:00:00Z' }), { now })).toBe('reject: time');
  });

  test('goes before the time of the prefix, and is rejected in spite of it', () => {
    expect(timed('1731283200')).toBe('2024-11-11T00:00:00.000Z');
    expect(refusalOf(makeLine({ time: 'soon' }))).toBe('reject: time');
  });

  test('that is empty leaves it to the prefix', () => {
    expect(timeOf(makeLine({ time: '' }))).toBe('2026-11-11T00:00:00.000Z');
  });

  test('is missed where there is no prefix either', () => {
    expect(refusalOf(fields)).toBe('reject: time');
    expect(refusalOf(`<13>1 - c1 lmod - - - ${fields}`)).toBe('reject: time');
  });
});

describe('a leap second', () => {
  test('is the second after it', () => {
    expect(timed('2016-12-31T23:59:60Z')).toBe('2017-01-01T00:00:00.000Z');
    expect(bsd('Dec 31 23:59:60', { now: '2017-01-02T00:00:00Z' })).toBe('2017-01-01T00:00:00.000Z');
  });

  test('61 is none', () => {
    expect(refusalOf(makeLine({ time: '2016-12-31T23:59:61Z' }))).toBe('reject: time');
    expect(refusalOf(`Dec 31 23:59:61 c1 lmod: ${fields}`)).toBe('reject: time');
  });
});

describe('a prefix without a year', () => {
  test('means the latest such day that is not in the future', () => {
    const now = '2026-03-01T12:00:00Z';
    expect(bsd('Mar  1 23:00:00', { now })).toBe('2026-03-01T23:00:00.000Z');
    expect(bsd('Mar  2 00:00:00', { now })).toBe('2025-03-02T00:00:00.000Z');
    expect(bsd('Feb 28 00:00:00', { now })).toBe('2026-02-28T00:00:00.000Z');
  });

  test('means one before the log was last written, where that is known', () => {
    const clock = { ...makeClock({ now: '2026-03-01T12:00:00Z' }), writtenAt: Date.UTC(2021, 0, 1) / 1000 };
    const time = (line: string): unknown => {
      const outcome = parseLine(`${line} c1 lmod: ${fields}`, 'log', clock);
      return outcome.kind === 'load' ? new Date(outcome.load.timeUs / 1000).toISOString() : outcome.reason;
    };
    expect(time('Jan  1 00:00:00')).toBe('2021-01-01T00:00:00.000Z');
    expect(time('Jan  2 00:00:00')).toBe('2020-01-02T00:00:00.000Z');
    expect(time('2026-02-01T00:00:00Z')).toBe('2026-02-01T00:00:00.000Z');
  });

  test('looks back to a leap year for 29 February', () => {
    expect(bsd('Feb 29 10:00:00', { now: '2026-03-01T12:00:00Z' })).toBe('2024-02-29T10:00:00.000Z');
    expect(bsd('Feb 29 10:00:00', { now: '2024-02-28T12:00:00Z' })).toBe('2020-02-29T10:00:00.000Z');
    expect(bsd('Feb 29 10:00:00', { now: '2024-02-29T12:00:00Z' })).toBe('2024-02-29T10:00:00.000Z');
    expect(bsd('Feb 29 10:00:00', { now: '2103-12-31T12:00:00Z' })).toBe('2096-02-29T10:00:00.000Z');
  });

  test("takes new year's eve by the collector's zone, not by UTC", () => {
    // 18:30 on the last day of 2025 in Chicago.
    const now = '2026-01-01T00:30:00Z';
    expect(bsd('Dec 31 18:29:59', { now, tz: 'America/Chicago' })).toBe('2026-01-01T00:29:59.000Z');
    expect(bsd('Jan  1 00:00:00', { now, tz: 'America/Chicago' })).toBe('2025-01-01T06:00:00.000Z');
    // 08:30 on the first day of 2026 in Tokyo, where it is tomorrow already.
    const eve = '2025-12-31T23:30:00Z';
    expect(bsd('Jan  1 08:29:59', { now: eve, tz: 'Asia/Tokyo' })).toBe('2025-12-31T23:29:59.000Z');
    expect(bsd('Dec 31 23:59:59', { now: eve, tz: 'Asia/Tokyo' })).toBe('2025-12-31T14:59:59.000Z');
  });

  test('has a fraction where the log writes one', () => {
    expect(bsd('Nov 11 00:00:00.25')).toBe('2026-11-11T00:00:00.250Z');
  });

  test.each(['Nov 31 00:00:00', 'Feb 30 00:00:00', 'Nov  0 00:00:00', 'Nov 11 24:00:00', 'Nov 11 00:60:00'])(
    '%s is no time',
    (time) => {
      expect(refusalOf(`${time} c1 lmod: ${fields}`)).toBe('reject: time');
    },
  );

  test('knows the months by their English names only', () => {
    for (const month of ['Foo', 'nov', 'NOV', 'anF', 'Mai']) {
      expect(refusalOf(`${month} 11 00:00:00 c1 lmod: ${fields}`)).toBe('reject: time');
    }
  });
});

describe('a prefix with a year or an offset', () => {
  test('is taken at its word', () => {
    expect(bsd('Nov 11 2019 00:00:00')).toBe('2019-11-11T00:00:00.000Z');
    expect(bsd('2019-11-11T00:00:00-06:00')).toBe('2019-11-11T06:00:00.000Z');
    expect(bsd('2019-11-11T00:00:00', { tz: 'Asia/Kathmandu' })).toBe('2019-11-10T18:15:00.000Z');
  });
});

describe("the collector's clock", () => {
  const tz = 'Europe/Amsterdam';
  const now = '2026-11-22T12:00:00Z';

  test('shows no 02:30 on the day it jumps ahead: that counts from before the gap', () => {
    expect(bsd('Mar 29 01:59:59', { now, tz })).toBe('2026-03-29T00:59:59.000Z');
    expect(bsd('Mar 29 02:30:00', { now, tz })).toBe('2026-03-29T01:30:00.000Z');
    expect(bsd('Mar 29 03:00:00', { now, tz })).toBe('2026-03-29T01:00:00.000Z');
  });

  test('shows 02:30 twice on the day it is set back: the first counts', () => {
    expect(bsd('Oct 25 01:59:59', { now, tz })).toBe('2026-10-24T23:59:59.000Z');
    expect(bsd('Oct 25 02:30:00', { now, tz })).toBe('2026-10-25T00:30:00.000Z');
    expect(bsd('Oct 25 03:00:00', { now, tz })).toBe('2026-10-25T02:00:00.000Z');
  });
});
