import { describe, expect, test } from 'vitest';
import type { UsageBatch } from '../../src/core/usage-batch.ts';
import {
  countByMonth,
  daysOfMonth,
  findDue,
  type MonthRows,
  splitMonths,
  withRows,
} from '../../src/store/clickhouse/months.ts';
import type { Month } from '../../src/store/clickhouse/store-state.ts';
import { usualSummaries } from '../../src/store/summary-rule.ts';

const october = 2024 * 12 + 9;
const november = october + 1;
const second = (text: string): number => Date.parse(text) / 1000;

/** A month of which only what matters is said. */
function makeMonth(fields: Partial<Month> = {}): Month {
  const [earliest, latest] = [second('2024-11-01T05:00:00Z'), second('2024-12-01T05:59:59Z')];
  return { month: november, earliest, latest, later: 0, triedAt: null, summary: null, ...fields };
}

const summaryOf = (rows: number): Month['summary'] => ({ batch: 1, rows, lastBatch: 1, except: [] });
const nowMs = 1e12;
const dueOf = (...months: Month[]): number | undefined => findDue(months, usualSummaries, nowMs)?.month;

describe('a summary is due', () => {
  test('of a month with more than a few rows that have none', () => {
    expect(dueOf(makeMonth({ later: 100_000 }))).toBeUndefined();
    expect(dueOf(makeMonth({ later: 100_001 }))).toBe(november);
  });

  test('of a month that goes on when they are more than half of them', () => {
    expect(dueOf(makeMonth({ later: 600_000, summary: summaryOf(600_000) }))).toBeUndefined();
    expect(dueOf(makeMonth({ later: 600_001, summary: summaryOf(600_000) }))).toBe(november);
  });

  test('of a month that is over, whatever part they are, and first where they are most', () => {
    const over = makeMonth({ month: october, later: 100_001, summary: summaryOf(9_000_000) });
    expect(dueOf(over, makeMonth({ later: 5 }))).toBe(october);
    expect(dueOf(over, makeMonth({ later: 100_002 }))).toBe(november);
  });

  test('not within an hour after one has come to nothing', () => {
    expect(dueOf(makeMonth({ later: 200_000, triedAt: nowMs - 3_599_999 }))).toBeUndefined();
    expect(dueOf(makeMonth({ later: 200_000, triedAt: nowMs - 3_600_000 }))).toBe(november);
  });
});

test('rows are counted by the month of their day, whatever its zone, and their first loads by their time', () => {
  const rows: readonly (readonly [day: number, first: string])[] = [
    [20_057, '2024-11-30T12:00:00Z'],
    [20_028, '2024-11-01T04:59:00Z'],
    [20_027, '2024-11-01T04:59:59Z'],
  ];
  const batch = {
    length: rows.length,
    day: Int32Array.from([...rows.map(([day]) => day), 20_057]),
    first: Float64Array.from([...rows.map(([, first]) => second(first)), 0]),
  } as Pick<UsageBatch, 'length' | 'day' | 'first'>;
  const came = new Map<number, MonthRows>();
  countByMonth(batch, came);
  countByMonth(batch, came);
  const months = withRows([makeMonth({ later: 7, earliest: second('2024-11-02T00:00:00Z') })], came);
  expect(months).toEqual([
    makeMonth({
      month: october,
      later: 2,
      earliest: second('2024-11-01T04:59:59Z'),
      latest: second('2024-11-01T04:59:59Z'),
    }),
    makeMonth({ later: 11, earliest: second('2024-11-01T04:59:00Z') }),
  ]);
});

describe('a question', () => {
  const known = [makeMonth({ summary: summaryOf(1) })];
  const ask = (start: string | null, end: string | null, days: [number, number] | null = null): number[] => {
    const [from, until] = [start, end].map((text) => (text === null ? null : second(text)));
    const { summarised, others } = splitMonths(known, { start: from ?? null, end: until ?? null, days });
    return [summarised.length, others.length];
  };

  test('about a month in the zone of its loads is one about all of it', () => {
    expect(ask('2024-11-01T05:00:00Z', '2024-12-01T06:00:00Z')).toEqual([1, 0]);
    expect(ask(null, null)).toEqual([1, 0]);
    expect(ask('2024-11-01T05:00:01Z', null)).toEqual([0, 1]);
    expect(ask(null, '2024-12-01T05:59:59Z')).toEqual([0, 1]);
  });

  test('about other months does not look at it', () => {
    expect(ask('2024-12-01T06:00:00Z', null)).toEqual([0, 0]);
    expect(ask(null, '2024-11-01T05:00:00Z')).toEqual([0, 0]);
    expect(ask(null, null, [20_058, 20_089])).toEqual([0, 0]);
  });

  test('about days is about all of a month when it is about each of its days', () => {
    expect(daysOfMonth(november)).toEqual([20_028, 20_058]);
    expect(ask(null, null, [20_028, 20_058])).toEqual([1, 0]);
    expect(ask(null, null, [20_029, 20_058])).toEqual([0, 1]);
    expect(ask(null, null, [20_028, 20_057])).toEqual([0, 1]);
  });
});
