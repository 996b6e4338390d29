import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareText } from '../../src/core/compare-text.ts';
import type { Load } from '../../src/core/load.ts';
import { createSiteZone, type SiteZone } from '../../src/core/site-zone.ts';
import { GrowingVocabulary } from '../../src/ingest/growing-vocabulary.ts';
import { createDailyTally, createLoadList, type UsageCollector } from '../../src/ingest/usage-collector.ts';
import { batchRows } from '../support/batch-rows.ts';
import { anyLoad, makeLoad } from '../support/make-loads.ts';
import { sorted } from '../support/naive-usage.ts';

const utc = createSiteZone('UTC');
const chicago = createSiteZone('America/Chicago');

type Row = Record<string, string | number | null>;

function collect(create: typeof createLoadList, loads: readonly Load[], zone: SiteZone): object[] {
  const collector = create(new GrowingVocabulary(), zone);
  for (const load of loads) collector.add(load);
  return batchRows(collector.take());
}

const second = (text: string): number => Date.parse(text) / 1000;
const loadAt = (text: string, fields: Partial<Load> = {}): Load =>
  makeLoad({ timeUs: Date.parse(text) * 1000, ...fields });

/** Loads of few people, so that many fall together, with groups whose order in UTF-16 is not that in UTF-8. */
const anyLoads = fc.array(
  fc
    .tuple(anyLoad, fc.constantFrom('a', 'b'), fc.constantFrom(null, '\uFF5E', '😀', 'z'))
    .map(([load, user, group]): Load => ({ ...load, user, module: 'm', path: '/p', group })),
  { maxLength: 40 },
);

describe('the daily tally', () => {
  test('does not depend on the order of loads', () => {
    const anyTwoOrders = anyLoads.chain((loads) =>
      fc.tuple(fc.constant(loads), fc.shuffledSubarray(loads, { minLength: loads.length })),
    );
    fc.assert(
      fc.property(anyTwoOrders, ([loads, shuffled]) => {
        expect(collect(createDailyTally, shuffled, chicago)).toEqual(collect(createDailyTally, loads, chicago));
      }),
      { numRuns: 300 },
    );
  });

  test('has a row for each day, user, cluster, module and path, and loses no load', () => {
    fc.assert(
      fc.property(fc.array(anyLoad, { maxLength: 60 }), (loads) => {
        const expected = new Map<string, Load[]>();
        for (const load of loads) {
          const day = chicago.toDateTime(Math.floor(load.timeUs / 1e6)).slice(0, 10);
          const key = JSON.stringify([day, load.user, load.syshost, load.module, load.path]);
          expected.set(key, [...(expected.get(key) ?? []), load]);
        }
        const rows = [...expected.values()].map((of) => {
          const seconds = of.map(({ timeUs }) => Math.floor(timeUs / 1e6));
          return {
            user: of[0]?.user,
            path: of[0]?.path,
            loads: of.length,
            first: Math.min(...seconds),
            last: Math.max(...seconds),
            direct: of.filter(({ direct }) => direct === true).length,
            dependency: of.filter(({ direct }) => direct === false).length,
            jobs: of.filter(({ jobid }) => jobid !== null).length,
          };
        });
        const pick = (row: Row): object => {
          const { user, path, loads: n, first, last, direct, dependency, jobs } = row;
          return { user, path, loads: n, first, last, direct, dependency, jobs };
        };
        expect(sorted(collect(createDailyTally, loads, chicago).map((row) => pick(row as Row)))).toEqual(sorted(rows));
      }),
      { numRuns: 300 },
    );
  });

  test('counts days by the zone, also those of 23 and 25 hours', () => {
    const times = [
      '2024-03-10T05:59:59Z', // 23:59:59 on the 9th
      '2024-03-10T06:00:00Z', // 00:00 on the 10th, of 23 hours
      '2024-03-11T04:59:59Z',
      '2024-03-11T05:00:00Z', // 00:00 on the 11th
      '2024-11-03T05:00:00Z', // 00:00 on the 3rd, of 25 hours
      '2024-11-04T05:59:59Z',
      '2024-11-04T06:00:00Z', // 00:00 on the 4th
    ];
    const loads = times.map((time) => loadAt(time));
    expect(collect(createDailyTally, loads, chicago).map((row) => (row as Row)['loads'])).toHaveLength(5);
    expect(collect(createDailyTally, loads, utc)).toHaveLength(4);
    const days = new Map(
      collect(createDailyTally, loads, chicago).map((row) => [(row as Row)['day'], (row as Row)['loads']]),
    );
    expect([...days].sort()).toEqual([
      [19_791, 1],
      [19_792, 2],
      [19_793, 1],
      [20_030, 2],
      [20_031, 1],
    ]);
  });

  test('cuts times to whole seconds, and rounds none into the next day', () => {
    const [row] = collect(createDailyTally, [makeLoad({ timeUs: second('2024-11-12T00:00:00Z') * 1e6 - 1 })], utc);
    expect(row).toMatchObject({
      day: 20_038,
      first: second('2024-11-11T23:59:59Z'),
      last: second('2024-11-11T23:59:59Z'),
    });
  });

  test('of several groups keeps the last in the order of all reports', () => {
    const groups = ['astro', null, '\uFF5E', '😀', 'bio', null];
    const last = groups
      .filter((group) => group !== null)
      .sort(compareText)
      .at(-1);
    const loads = groups.map((group) => makeLoad({ group }));
    for (const order of [loads, [...loads].reverse()]) {
      expect(collect(createDailyTally, order, utc)).toEqual([expect.objectContaining({ group: last, loads: 6 })]);
    }
  });

  test('adds records of several loads to single loads', () => {
    const counts = { lastUs: second('2024-11-11T20:00:00Z') * 1e6, loads: 5, direct: 2, dependency: 1, jobs: 4 };
    const loads = [
      loadAt('2024-11-11T10:00:00Z', { counts }),
      loadAt('2024-11-11T12:00:00Z', { direct: true, jobid: '1' }),
    ];
    expect(collect(createDailyTally, loads, utc)).toEqual([
      expect.objectContaining({
        loads: 6,
        direct: 3,
        dependency: 1,
        jobs: 5,
        first: second('2024-11-11T10:00:00Z'),
        last: second('2024-11-11T20:00:00Z'),
      }),
    ]);
  });

  test('holds as many rows as there are', () => {
    const loads = Array.from({ length: 5000 }, (_, i) => makeLoad({ user: `u${i}` }));
    expect(collect(createDailyTally, loads, utc)).toHaveLength(5000);
  });
});

describe('the list of loads', () => {
  test('has a row for each load, also where two are the same', () => {
    const load = loadAt('2024-11-11T10:00:00.5Z', { host: 'c1.ls6', jobid: '7', direct: false, group: 'bio' });
    const rows = collect(createLoadList, [load, load], utc);
    expect(rows).toHaveLength(2);
    expect(rows[1]).toEqual({
      user: 'alice',
      module: 'gcc/12.2',
      path: '/apps/gcc/12.2.lua',
      syshost: 'ls6',
      group: 'bio',
      day: 20_038,
      first: second('2024-11-11T10:00:00Z'),
      last: second('2024-11-11T10:00:00Z'),
      loads: 1,
      direct: 0,
      dependency: 1,
      jobs: 1,
      host: 'c1.ls6',
      jobid: '7',
    });
  });

  test('counts what the tally counts', () => {
    const total = (rows: readonly object[], key: string): number =>
      rows.reduce((sum, row) => sum + Number((row as Row)[key]), 0);
    fc.assert(
      fc.property(fc.array(anyLoad, { maxLength: 40 }), (loads) => {
        const list = collect(createLoadList, loads, chicago);
        const tally = collect(createDailyTally, loads, chicago);
        expect(list).toHaveLength(loads.length);
        for (const key of ['loads', 'direct', 'dependency', 'jobs']) expect(total(list, key)).toBe(total(tally, key));
        expect(new Set(list.map((row) => (row as Row)['day']))).toEqual(
          new Set(tally.map((row) => (row as Row)['day'])),
        );
      }),
      { numRuns: 100 },
    );
  });

  test('cuts nodes and jobs that are too long', () => {
    const vocabulary = new GrowingVocabulary();
    const list = createLoadList(vocabulary, utc);
    list.add(makeLoad({ host: 'h'.repeat(300), jobid: '😀'.repeat(256) }));
    expect(batchRows(list.take())).toEqual([
      expect.objectContaining({ host: 'h'.repeat(255), jobid: '😀'.repeat(255) }),
    ]);
    expect(vocabulary.cut).toBe(2);
  });
});

describe.each([
  ['the daily tally', createDailyTally],
  ['the list of loads', createLoadList],
])('taking from %s', (_, create) => {
  test('empties it; names keep their places', () => {
    const vocabulary = new GrowingVocabulary();
    const collector: UsageCollector = create(vocabulary, utc);
    collector.add(makeLoad({ user: 'bob' }));
    const first = collector.take();
    expect(collector.length).toBe(0);
    collector.add(makeLoad({ user: 'alice' }));
    collector.add(makeLoad({ user: 'bob' }));
    expect(collector.length).toBe(2);
    const next = collector.take();
    expect(batchRows(first)).toEqual([expect.objectContaining({ user: 'bob', loads: 1 })]);
    expect(batchRows(next)).toMatchObject([{ user: 'alice' }, { user: 'bob' }]);
    expect(vocabulary.users).toEqual(['bob', 'alice']);
    expect(collector.take().length).toBe(0);
  });
});
