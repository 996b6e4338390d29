import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Load } from '../../src/core/load.ts';
import { createSiteZone } from '../../src/core/site-zone.ts';
import { findGaps } from '../../src/report/gaps.ts';
import { health } from '../../src/report/health.ts';
import type { ReportRequest } from '../../src/report/report.ts';
import { makeLoad, makeRecord, storeLoads } from '../support/make-loads.ts';
import { makeRequest } from '../support/make-request.ts';
import { allStoreKinds, newTarget, openTestStore } from '../support/stores.ts';

const utc = createSiteZone('UTC');
/** Day 0 was a Thursday, so this is a Monday. */
const MONDAY = 20_002;
const DAY_US = 86_400e6;

describe('gaps', () => {
  test('are days without loads between days with some, and behind them', () => {
    const threeWeeks = Array.from({ length: 21 }, (_, day) => MONDAY + day);
    const days = new Set(threeWeeks.filter((day) => day !== MONDAY + 9 && day !== MONDAY + 10));
    expect(findGaps(days, MONDAY + 21)).toEqual([
      { first: MONDAY + 9, last: MONDAY + 10, missing: 2 },
      { first: MONDAY + 21, last: MONDAY + 21, missing: 1 },
    ]);
    expect(findGaps(days, MONDAY + 20)).toHaveLength(1);
  });

  test('are no weekends where there is rest on weekends, and go on over them', () => {
    const weeks = Array.from({ length: 8 }, (_, week) => [0, 1, 2, 3, 4].map((day) => MONDAY + week * 7 + day)).flat();
    expect(findGaps(new Set(weeks), MONDAY + 8 * 7 - 1)).toEqual([]);
    const [friday, monday] = [MONDAY + 11, MONDAY + 14];
    const days = new Set(weeks.filter((day) => day !== friday && day !== monday));
    expect(findGaps(days, MONDAY + 8 * 7 - 1)).toEqual([{ first: friday, last: monday, missing: 2 }]);
  });

  test('cannot be told without loads', () => {
    expect(findGaps(new Set(), MONDAY)).toEqual([]);
  });

  test('together hold each expected day without loads once, and no other', () => {
    fc.assert(
      fc.property(fc.subarray(Array.from({ length: 60 }, (_, offset) => offset)), fc.nat(70), (offsets, until) => {
        const days = offsets.map((offset) => MONDAY + offset);
        const [first, last] = [Math.min(...days), Math.max(...days)];
        const weekdayOf = (day: number): number => new Date(day * 86_400_000).getUTCDay();
        const range = (from: number, to: number): number[] =>
          Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
        const missing = (days.length === 0 ? [] : range(first, MONDAY + until)).filter((day) => {
          const alike = range(first, last).filter((other) => weekdayOf(other) === weekdayOf(day));
          return !days.includes(day) && alike.filter((other) => days.includes(other)).length * 2 > alike.length;
        });
        const gaps = findGaps(new Set(days), MONDAY + until);
        expect(gaps.reduce((sum, gap) => sum + gap.missing, 0)).toBe(missing.length);
        for (const day of missing) expect(gaps.filter((gap) => gap.first <= day && day <= gap.last)).toHaveLength(1);
        for (const { first: from, last: to } of gaps) {
          expect([missing.includes(from), missing.includes(to)]).toEqual([true, true]);
          expect(range(from, to).filter((day) => days.includes(day))).toEqual([]);
        }
      }),
    );
  });
});

describe.each(allStoreKinds)('health on %s', (kind) => {
  async function ask(
    loads: readonly Load[],
    request: Partial<ReportRequest> = {},
    records: readonly ReturnType<typeof makeRecord>[] = [],
  ): Promise<Record<string, string[]>> {
    const store = await openTestStore(newTarget(kind));
    await store.prepare();
    await storeLoads(store, loads, utc, 'tally', [], 0, records[0] ?? makeRecord());
    for (const record of records.slice(1)) await storeLoads(store, loads.slice(0, 1), utc, 'tally', [], 0, record);
    const { rows } = await health.run(store, makeRequest(request));
    const verdicts: Record<string, string[]> = {};
    for (const [check, verdict, syshost, finding] of rows) {
      const found = [verdict, syshost, finding].filter((cell) => cell !== null).join(': ');
      verdicts[String(check)] = [...(verdicts[String(check)] ?? []), found];
    }
    return verdicts;
  }

  /** A load on each day of four weeks that end on 29 December 2024, by day from 0 on. */
  const daily = (fields: (day: number) => Partial<Load> | null): Load[] =>
    Array.from({ length: 28 }, (_, day) => {
      const own = fields(day);
      return own === null ? [] : [makeLoad({ timeUs: Date.UTC(2024, 11, 2, 12) * 1000 + day * DAY_US, ...own })];
    }).flat();

  test('finds nothing to look at where all is well', async () => {
    const loads = daily(() => ({ direct: true, jobid: '7', group: 'bio' }));
    const verdicts = await ask(loads, {}, [
      makeRecord({ startedAt: Date.UTC(2024, 11, 30) / 1000, lines: 28, loads: 28, already: 84 }),
    ]);
    expect(verdicts).toEqual({
      newest: ['good: the newest load is of 2024-12-29'],
      days: ['good: loads on every day that should have some'],
      clusters: ['good: no cluster is silent'],
      clocks: ['good: no load is from the future'],
      cluster: ['good: every load tells its cluster'],
      direct: ['good: loads tell whether users asked for it'],
      jobs: ['good: loads tell of batch jobs'],
      groups: ["good: loads tell the user's group"],
      imports: ['good: 1, of 28 lines with 28 loads'],
      rejects: ['good: 0 of 28 lines rejected (0.00 %)'],
      repeats: ['good: 84 lines were in already (75.00 %), and passed over'],
      zones: ['good: days counted in UTC'],
    });
  });

  test('finds days without loads, and clusters that fall silent or have gaps of their own', async () => {
    const loads = [
      ...daily((day) => (day === 10 || day === 11 ? null : {})),
      ...daily((day) => (day > 20 ? null : { syshost: 'silent' })),
      ...daily((day) => (day >= 20 && day <= 23 ? null : { syshost: 'gappy' })),
    ].filter(({ timeUs }) => {
      const day = Math.round((timeUs - Date.UTC(2024, 11, 2, 12) * 1000) / DAY_US);
      return day !== 10 && day !== 11;
    });
    const { days, clusters } = await ask(loads);
    expect(days).toEqual(['look: no loads on 2024-12-12 to 2024-12-13 (2 days)']);
    expect(clusters).toEqual([
      'look: gappy: no loads on 2024-12-22 to 2024-12-25 (4 days)',
      'look: silent: silent since 2024-12-23',
    ]);
  });

  test('finds loads from the future, and does not take them for news', async () => {
    const ahead = makeLoad({ syshost: 'early', timeUs: Date.UTC(2025, 1, 1) * 1000 });
    const { newest, clocks } = await ask([...daily(() => ({})), ahead], { now: Date.UTC(2025, 0, 20) / 1000 });
    expect(newest).toEqual(['look: the newest load is of 2024-12-29, 22 days ago']);
    expect(clocks).toEqual(['look: early: 1 loads from the future, up to 2025-02-01 00:00:00']);
  });

  test('finds what the log does not tell', async () => {
    const loads = daily((day) => (day % 2 === 0 ? { direct: false } : { syshost: null, jobid: '1', group: 'bio' }));
    const verdicts = await ask(loads);
    expect(verdicts['cluster']).toEqual(['look: unknown: 14 loads do not tell their cluster']);
    expect(verdicts['direct']).toEqual(['lacks: unknown: no load tells whether users asked for it']);
    expect(verdicts['jobs']).toEqual(['lacks: ls6: no load tells of batch jobs']);
    expect(verdicts['groups']).toEqual(["lacks: ls6: no load tells the user's group"]);
  });

  test('finds imports that rejected much, took in nothing, or counted days by another zone', async () => {
    const startedAt = Date.UTC(2024, 11, 30) / 1000;
    const broken = await ask(
      daily(() => ({})),
      {},
      [
        makeRecord({ startedAt, lines: 1000, rejected: 900 }),
        makeRecord({ startedAt, lines: 1000, rejected: 100, zone: 'America/Chicago' }),
        // Before the span.
        makeRecord({ startedAt: 0, lines: 7, loads: 7, zone: 'Asia/Tokyo' }),
      ],
    );
    expect(broken['imports']).toEqual(['look: no load in 2000 lines']);
    expect(broken['rejects']).toEqual(['look: 1000 of 2000 lines rejected (50.00 %)']);
    expect(broken['zones']).toEqual(['look: days counted in America/Chicago, UTC']);
  });

  test('says of an empty store that it is empty', async () => {
    const verdicts = await ask([], { filter: { start: 1 } });
    expect(verdicts['newest']).toEqual(['look: the store holds no loads']);
    expect(verdicts['imports']).toEqual(['good: none on record']);
  });
});
