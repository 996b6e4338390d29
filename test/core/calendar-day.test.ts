import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { dayFromDate, dayMonthsBefore, daysInMonth, dayToDate, dayToIso } from '../../src/core/calendar-day.ts';
import { dayFromIso } from '../../src/core/site-zone.ts';

const epoch = Temporal.PlainDate.from('1970-01-01');
const anyDay = fc.integer({ min: dayFromIso('1900-01-01') ?? 0, max: dayFromIso('2199-12-31') ?? 0 });
const dateOf = (day: number): Temporal.PlainDate => epoch.add({ days: day });

test('days are numbered as the calendar runs', () => {
  fc.assert(
    fc.property(anyDay, (day) => {
      const date = dateOf(day);
      expect(dayToIso(day)).toBe(date.toString());
      expect(dayToDate(day)).toEqual({ year: date.year, month: date.month, dayOfMonth: date.day });
      expect(dayFromDate(date.year, date.month, date.day)).toBe(day);
      expect(dayFromIso(date.toString())).toBe(day);
      expect(daysInMonth(date.year, date.month)).toBe(date.daysInMonth);
    }),
    { numRuns: 1000 },
  );
});

test('dates that do not exist have no number', () => {
  for (const [year, month, day] of [
    [2023, 2, 29],
    [2024, 2, 30],
    [2100, 2, 29],
    [2024, 4, 31],
    [2024, 13, 1],
    [2024, 0, 1],
    [2024, 1, 0],
    [2024, 1, 32],
    [24, 1, 1],
    [2024, 1.5, 1],
    [Number.NaN, 1, 1],
  ] as const) {
    expect(dayFromDate(year, month, day)).toBeNull();
  }
  for (const text of ['2024-02-30', '2024-2-3', '2024-02-03 ', '', '20240203', '2024-02-03T00:00:00']) {
    expect(dayFromIso(text)).toBeNull();
  }
});

describe('some months before a day', () => {
  test.each([
    ['2024-03-31', 1, '2024-02-29'],
    ['2023-03-31', 1, '2023-02-28'],
    ['2024-03-31', 13, '2023-02-28'],
    ['2024-05-31', 6, '2023-11-30'],
    ['2024-02-29', 12, '2023-02-28'],
    ['2024-02-29', 48, '2020-02-29'],
    ['2024-01-15', 1, '2023-12-15'],
    ['2024-01-15', 0, '2024-01-15'],
    ['2024-12-31', -2, '2025-02-28'],
    ['2024-11-01', -1, '2024-12-01'],
  ])('%s less %i is %s', (day, months, expected) => {
    expect(dayToIso(dayMonthsBefore(dayFromIso(day) ?? Number.NaN, months))).toBe(expected);
  });

  test('the day stays, or becomes the last of a month that lacks it', () => {
    fc.assert(
      fc.property(anyDay, fc.integer({ min: -600, max: 600 }), (day, months) => {
        const expected = dateOf(day).subtract({ months }, { overflow: 'constrain' });
        expect(dayToIso(dayMonthsBefore(day, months))).toBe(expected.toString());
      }),
      { numRuns: 1000 },
    );
  });
});
