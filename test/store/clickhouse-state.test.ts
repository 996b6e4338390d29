import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { inBatches } from '../../src/store/clickhouse/batch-list.ts';
import { giveUp, isUndecided } from '../../src/store/clickhouse/batches.ts';
import {
  firstState,
  inCountedUsage,
  readState,
  type StoreState,
  stateAfter,
  voidBatches,
  writeState,
} from '../../src/store/clickhouse/store-state.ts';
import { batchesToForget, forgetBatches } from '../../src/store/clickhouse/void-batches.ts';

const DAY_MS = 86_400_000;

afterEach(() => {
  vi.useRealTimers();
});

test('a condition lets through the batches of a list and no others', () => {
  /** As a server takes it; the condition is of numbers, IN, BETWEEN and OR. */
  const isLetThrough = (condition: string, batch: number): boolean =>
    condition
      .replace(/^\((.*)\)$/, '$1')
      .split(' OR ')
      .some((part) => {
        const [, first, last] = /^batch BETWEEN (\d+) AND (\d+)$/.exec(part) ?? [];
        if (first !== undefined) return batch >= Number(first) && batch <= Number(last);
        const list = /^batch IN \((.*)\)$/.exec(part)?.[1]?.split(', ') ?? [];
        return list.includes(String(batch));
      });
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 30 })), (batches) => {
      const condition = inBatches(batches);
      for (let batch = 0; batch < 32; batch++) expect(isLetThrough(condition, batch)).toBe(batches.includes(batch));
    }),
  );
  expect(inBatches([])).toBe('0');
});

test('a state is read as it was written', () => {
  const lists = fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }));
  fc.assert(
    fc.property(lists, lists, fc.array(fc.tuple(fc.nat(), lists)), (unswept, except, days) => {
      const state: StoreState = {
        ...firstState,
        unswept,
        removals: [{ batch: 1, lastBatch: 2, except, where: "user IN ('é[1,2]')" }],
        void: days.map(([day, batches]) => ({ day, batches })),
        open: [{ batch: 7, mark: 'x', purpose: 'import', host: 'h', pid: 1, since: 0 }],
        sweep: {
          mark: 'm',
          batches: except,
          removals: [3, 1],
          days: [7, 5],
          summaries: [],
          tables: ['t'],
          condensed: null,
          forgets: [],
        },
      };
      expect(readState(`state String DEFAULT '${writeState(state)}'`)).toEqual(state);
    }),
  );
});

test('a year of imports every other of which fails, one a minute, leaves a state that is short', () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2025, 0, 1) });
  let state: StoreState = firstState;
  let longest = 0;
  for (let quarter = 0; quarter < 365 * 4; quarter++) {
    vi.setSystemTime(Date.UTC(2025, 0, 1) + (quarter * DAY_MS) / 4);
    const { lastBatch } = state;
    const failed = Array.from({ length: 180 }, (_, at) => lastBatch + 2 * at + 1);
    state = stateAfter(state, { ...giveUp(state, failed), lastBatch: lastBatch + 360 }, String(quarter));
    // What a sweep does that finds nothing.
    const forgets = batchesToForget(state);
    state = { ...state, ...forgetBatches(state, forgets), unswept: [] };
    if (quarter % 40 === 0) longest = Math.max(longest, writeState(state).length, inCountedUsage(state).length);
  }
  expect(longest).toBeLessThan(60_000);
  const known = voidBatches(state);
  expect(known.length).toBeGreaterThan(7 * 720);
  expect(known.length).toBeLessThan(10 * 720);
  // Of those that failed a week ago all are known, and whoever comes with an older one is sent away.
  expect(new Set(known).size).toBe(known.length);
  for (const batch of [1, 59, state.forgotten, ...known.slice(-3)]) {
    expect(() => isUndecided(state, batch, 'store')).toThrow('taken for dead');
  }
  expect(isUndecided(state, state.lastBatch, 'store')).toBe(false);
});

test('a month without the replicas that a sweep needs, while every import fails, leaves a state that is short', () => {
  let state: StoreState = firstState;
  const failed = Array.from({ length: 31 * 1440 }, (_, at) => at + 1);
  state = { ...state, ...giveUp(state, failed), lastBatch: failed.length };
  expect(writeState(state).length).toBeLessThan(1000);
  expect(inCountedUsage(state).length).toBeLessThan(100);
});
