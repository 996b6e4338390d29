import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { createSiteZone } from '../../src/core/site-zone.ts';
import { startOfSpanBefore } from '../../src/report/span-before.ts';

const zone = createSiteZone('America/Chicago');

function spanBefore(start: string, end: string): string {
  const seconds = (text: string): number =>
    Temporal.PlainDateTime.from(text).toZonedDateTime(zone.name).epochMilliseconds / 1000;
  return zone.toDateTime(startOfSpanBefore(seconds(start), seconds(end), zone));
}

describe('the span before', () => {
  test.each([
    ['a month', '2025-03-01', '2025-04-01', '2025-02-01'],
    ['a quarter', '2025-01-01', '2025-04-01', '2024-10-01'],
    ['a year', '2024-01-01', '2025-01-01', '2023-01-01'],
  ])('%s is as many months', (_, start, end, expected) => {
    expect(spanBefore(start, end)).toBe(`${expected} 00:00:00`);
  });

  test.each([
    ['some days', '2025-03-01', '2025-03-14', '2025-02-16 00:00:00'],
    ['a month that is none of the calendar', '2025-03-02', '2025-04-02', '2025-01-30 00:00:00'],
    ['hours, over a change of clocks', '2025-03-09 12:00:00', '2025-03-10 00:00:00', '2025-03-09 00:00:00'],
    ['a day of 23 hours', '2025-03-09', '2025-03-10', '2025-03-08 00:00:00'],
    ['nothing', '2025-03-09', '2025-03-09', '2025-03-09 00:00:00'],
  ])('%s is as long by the clocks', (_, start, end, expected) => {
    expect(spanBefore(start, end)).toBe(expected);
  });

  test('of whole days has as many of them, in every zone', () => {
    const anyDay = fc.integer({ min: 18_000, max: 21_000 });
    fc.assert(
      fc.property(
        anyDay,
        fc.integer({ min: 1, max: 400 }),
        fc.constantFrom('UTC', 'Europe/Amsterdam', 'Asia/Kolkata'),
        (day, days, name) => {
          const anyZone = createSiteZone(name);
          const start = anyZone.instantOf({ day, secondOfDay: 0 });
          const end = anyZone.instantOf({ day: day + days, secondOfDay: 0 });
          const found = anyZone.dayOf(startOfSpanBefore(start, end, anyZone));
          const isMonths = [start, end].every((seconds) => anyZone.toDateTime(seconds).slice(8, 10) === '01');
          if (!isMonths) expect(found).toBe(day - days);
          else expect(anyZone.toDateTime(startOfSpanBefore(start, end, anyZone)).slice(8)).toBe('01 00:00:00');
        },
      ),
    );
  });
});
