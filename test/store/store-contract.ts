import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CatalogueSnapshot, modulesOn } from '../../src/core/catalogue.ts';
import type { ContentPrint, ImportRecord, LedgerChange } from '../../src/core/ledger.ts';
import { namedRows } from '../../src/core/named-row.ts';
import { createSiteZone } from '../../src/core/site-zone.ts';
import type { UsageFilter } from '../../src/core/usage-query.ts';
import { GrowingVocabulary } from '../../src/ingest/growing-vocabulary.ts';
import { createDailyTally, createLoadList } from '../../src/ingest/usage-collector.ts';
import { findReport } from '../../src/report/reports.ts';
import type { StoreTarget } from '../../src/store/store-target.ts';
import type { SummaryRule } from '../../src/store/summary-rule.ts';
import { anyFilter, anyQuery, measures } from '../support/any-question.ts';
import { anyModules, makeModule } from '../support/make-catalogue.ts';
import { makeLoad, storeLoads } from '../support/make-loads.ts';
import { makeRequest } from '../support/make-request.ts';
import { naiveClassics } from '../support/naive-classics.ts';
import { sorted } from '../support/naive-usage.ts';
import { anyLife, edgesOf, live } from '../support/store-life.ts';
import { openTestStore } from '../support/stores.ts';
import { readUsageRows, rowsOf, userDaysOf } from '../support/usage-rows.ts';

const utc = createSiteZone('UTC');
const chicago = createSiteZone('America/Chicago');
const second = (text: string): number => Date.parse(text) / 1000;
const at = (text: string): number => Date.parse(text) * 1000;

/**
 * What every store has to do, tried on real ones.
 * @param newTarget where a store can be made that does not exist yet
 * @param share how many of the random cases are tried: a cluster takes its time
 * @param summaries when months are summarised, in a store that does so
 */
export function testStore(newTarget: () => StoreTarget, share = 1, summaries?: SummaryRule): void {
  const runs = (all: number): number => Math.ceil(all * share);
  const open = async (zone = utc): ReturnType<typeof openTestStore> => {
    const store = await openTestStore(newTarget(), zone, summaries);
    await store.prepare();
    return store;
  };

  describe('the store itself', () => {
    test('is made once, and left as it is from then on', async () => {
      const store = await openTestStore(newTarget());
      expect(await store.create()).toBe(true);
      await store.prepare();
      await storeLoads(store, [makeLoad()], utc);
      expect(await store.create()).toBe(false);
      await store.prepare();
      expect(await store.count({})).toBe(1);
    });

    test('is gone after drop, and can be made again', async () => {
      const store = await open();
      await storeLoads(store, [makeLoad()], utc);
      await store.drop();
      await expect(store.count({})).rejects.toMatchObject({ code: 'STORE_MISSING' });
      await store.drop();
      await store.prepare();
      expect(await store.count({})).toBe(0);
    });

    test('has answers while it is empty', async () => {
      const store = await open();
      expect(await store.select({ by: ['path'], measures, filter: {} })).toEqual([]);
      expect(await store.select({ by: [], measures: ['users'], filter: {} })).toEqual([]);
      expect(await store.remove({})).toBe(0);
      expect(await store.readLedger()).toEqual({ revision: 0, entries: [] });
    });
  });

  describe('several questions at once', () => {
    test('have answers of one moment, whatever is imported meanwhile', async () => {
      const target = newTarget();
      const [store, other] = [await openTestStore(target, utc, summaries), await openTestStore(target, utc, summaries)];
      await store.prepare();
      await other.prepare();
      await storeLoads(store, [makeLoad()], utc);
      const before = await store.readState();
      let importing: Promise<unknown> = Promise.resolve();
      await store.atOnce(async (held, state) => {
        expect(state).toBe(before);
        const ask = (): Promise<object[]> => held.select({ by: ['user'], measures: ['loads'], filter: {} });
        const answer = await ask();
        importing = storeLoads(other, [makeLoad({ user: 'bob' })], utc);
        // Some stores let it in at once, others when all is asked.
        await Promise.race([importing, sleep(100)]);
        expect(await ask()).toEqual(answer);
        expect(await held.count({})).toBe(1);
      });
      await importing;
      expect(await store.count({})).toBe(2);
      expect(await store.readState()).not.toBe(before);
    });

    test('leave the store to others where one of them fails', async () => {
      const store = await open();
      await expect(store.atOnce(() => Promise.reject(new Error('no')))).rejects.toThrow();
      await storeLoads(store, [makeLoad()], utc);
      expect(await store.atOnce((held) => held.count({}))).toBe(1);
    });
  });

  describe('its state', () => {
    test('is another one after an import, a snapshot and a removal, and not after a question', async () => {
      const store = await open();
      const states = [await store.readState()];
      const note = async (): Promise<void> => {
        const state = await store.readState();
        expect(states).not.toContain(state);
        await store.select({ by: ['user'], measures, filter: {} });
        expect(await store.readState()).toBe(state);
        states.push(state);
      };
      await storeLoads(store, [makeLoad(), makeLoad({ user: 'bob' })], utc);
      await note();
      await store.addSnapshot({ syshost: 'ls6', day: 20_000, modules: [makeModule()] });
      await note();
      expect(await store.remove({ users: ['bob'] })).toBe(1);
      await note();
    });
  });

  describe('a user', () => {
    test('is forgotten by exactly that name', async () => {
      const store = await open();
      const users = ['amy', 'Amy', 'amy ', 'amy%', "a'my"];
      await storeLoads(
        store,
        users.map((user) => makeLoad({ user, path: `/apps/${user}` })),
        utc,
      );
      expect(await store.forgetUser('amy', true)).toBe(1);
      expect(await store.count({})).toBe(5);
      expect(await store.forgetUser('amy', false)).toBe(1);
      expect(await store.forgetUser('amy', false)).toBe(0);
      expect(await store.forgetUser("a'my", false)).toBe(1);
      expect(await store.forgetUser('%', false)).toBe(0);
      const rows = await store.select({ by: ['user', 'path'], measures: ['loads'], filter: {} });
      expect(sorted(rows.map(({ user }) => ({ user })))).toEqual(
        sorted(['Amy', 'amy ', 'amy%'].map((user) => ({ user }))),
      );
      // What comes after is taken in as ever.
      await storeLoads(store, [makeLoad({ user: 'zoe' })], utc);
      expect(await store.count({})).toBe(4);
    });
  });

  describe('tallies', () => {
    test('of later imports add to those that are there', async () => {
      const store = await open();
      const noon = makeLoad({ timeUs: at('2024-11-11T12:00:00Z'), group: 'bio', direct: true });
      expect(await storeLoads(store, [noon], utc)).toEqual({ newRows: 1, cut: 0 });
      const earlier = makeLoad({ timeUs: at('2024-11-11T09:00:00Z'), direct: false });
      const later = makeLoad({ timeUs: at('2024-11-11T18:30:00Z'), group: 'astro', jobid: '7' });
      expect(await storeLoads(store, [later, earlier], utc)).toEqual({ newRows: 0, cut: 0 });
      const [tally] = await store.select({ by: ['user', 'group', 'day'], measures, filter: {} });
      expect(tally).toEqual({
        user: 'alice',
        group: 'bio',
        day: 20_038,
        users: 1,
        loads: 3,
        direct: 1,
        dependency: 1,
        jobs: 1,
        first: second('2024-11-11T09:00:00Z'),
        last: second('2024-11-11T18:30:00Z'),
        syshosts: ['ls6'],
        modules: ['gcc/12.2'],
        days: 1,
      });
    });

    test('are one a day of the zone, also on the day with 25 hours', async () => {
      const store = await open(chicago);
      const loads = [
        '2024-11-03T04:59:59Z', // 23:59:59 on the 2nd
        '2024-11-03T05:00:00Z', // 00:00:00 on the 3rd
        '2024-11-03T06:30:00Z', // 01:30, summer time
        '2024-11-03T07:30:00Z', // 01:30 again
        '2024-11-04T05:59:59Z', // 23:59:59
        '2024-11-04T06:00:00Z', // 00:00:00 on the 4th
      ].map((time) => makeLoad({ timeUs: at(time) }));
      await storeLoads(store, loads, chicago);
      const days = await store.select({ by: ['day'], measures: ['loads', 'first', 'last'], filter: {} });
      expect(sorted(days)).toEqual([
        { day: 20_029, loads: 1, first: second('2024-11-03T04:59:59Z'), last: second('2024-11-03T04:59:59Z') },
        { day: 20_030, loads: 4, first: second('2024-11-03T05:00:00Z'), last: second('2024-11-04T05:59:59Z') },
        { day: 20_031, loads: 1, first: second('2024-11-04T06:00:00Z'), last: second('2024-11-04T06:00:00Z') },
      ]);
    });

    test('that are spread over batches of one import are one', async () => {
      const store = await open();
      const storeImport = await store.openImport();
      const vocabulary = new GrowingVocabulary();
      const tally = createDailyTally(vocabulary, utc);
      for (const hour of [3, 1, 2]) {
        tally.add(makeLoad({ timeUs: at(`2024-11-11T0${hour}:00:00Z`) }));
        await storeImport.add(tally.take(), hour);
      }
      expect(await storeImport.commit(recordOf(3), [], 0)).toEqual({ newRows: 1 });
      await storeImport.close();
      const [row] = await store.select({ by: [], measures: ['loads', 'first'], filter: {} });
      expect(row).toEqual({ loads: 3, first: second('2024-11-11T01:00:00Z') });
    });

    test('of a source that is discarded are not stored', async () => {
      const store = await open();
      const storeImport = await store.openImport();
      const tally = createDailyTally(new GrowingVocabulary(), utc);
      for (const [source, user] of ['alice', 'bob', 'carol'].entries()) {
        tally.add(makeLoad({ user }));
        await storeImport.add(tally.take(), source);
      }
      await storeImport.discard(1);
      expect(await storeImport.commit(recordOf(2), [], 0)).toEqual({ newRows: 2 });
      await storeImport.close();
      expect(sorted(await store.select({ by: ['user'], measures: [], filter: {} }))).toEqual([
        { user: 'alice' },
        { user: 'carol' },
      ]);
    });

    test('of a source that is discarded when many were sent, and read again, are stored once', async () => {
      const store = await open();
      const storeImport = await store.openImport();
      const list = createLoadList(new GrowingVocabulary(), utc);
      const read = async (loads: number): Promise<void> => {
        for (let number = 0; number < loads; number++) list.add(makeLoad());
        await storeImport.add(list.take(), 0);
      };
      await read(400_100);
      await storeImport.discard(0);
      await read(2);
      expect(await storeImport.commit(recordOf(2), [], 0)).toEqual({ newRows: 2 });
      await storeImport.close();
      expect(await store.select({ by: [], measures: ['loads'], filter: {} })).toEqual([{ loads: 2 }]);
    });

    test('that were not committed leave nothing behind', async () => {
      const store = await open();
      const storeImport = await store.openImport();
      const tally = createDailyTally(new GrowingVocabulary(), utc);
      tally.add(makeLoad());
      await storeImport.add(tally.take(), 0);
      await storeImport.close();
      expect(await store.count({})).toBe(0);
      expect(await storeLoads(store, [makeLoad()], utc)).toEqual({ newRows: 1, cut: 0 });
    });
  });

  test('rows come out as they went in: tallies as tallies, and loads of their own as such, of one import or two', async () => {
    const store = await open();
    const storeImport = await store.openImport();
    const vocabulary = new GrowingVocabulary();
    const [tally, list] = [createDailyTally(vocabulary, utc), createLoadList(vocabulary, utc)];
    for (const user of ['alice', 'alice', 'bob']) tally.add(makeLoad({ user }));
    for (const user of ['bob', 'bob', 'carol']) list.add(makeLoad({ user, host: user === 'carol' ? null : 'c1.ls6' }));
    await storeImport.add(tally.take(), 0);
    await storeImport.add(list.take(), 1);
    expect(await storeImport.commit(recordOf(1), [], 0)).toEqual({ newRows: 5 });
    await storeImport.close();
    const rows = await store.readRows({}, async (batches) => {
      const found: object[] = [];
      for await (const batch of batches) {
        const isTally = batch.detail === null;
        for (const { user, loads, host } of namedRows(batch)) found.push({ isTally, user, loads, host });
      }
      return sorted(found);
    });
    expect(rows).toEqual([
      { isTally: false, user: 'bob', loads: 1, host: 'c1.ls6' },
      { isTally: false, user: 'bob', loads: 1, host: 'c1.ls6' },
      { isTally: false, user: 'carol', loads: 1, host: null },
      { isTally: true, user: 'alice', loads: 2, host: null },
      { isTally: true, user: 'bob', loads: 1, host: null },
    ]);
    expect(await storeLoads(store, [makeLoad({ user: 'carol' })], utc)).toEqual({ newRows: 1, cut: 0 });
  });

  test('imports into another store follow one that brings them along, as they were', async () => {
    const store = await open();
    const past = [3, 1].map((lines) => ({ ...recordOf(lines), startedAt: 1_600_000_000, newRows: lines * 10 }));
    await storeLoads(store, [makeLoad()], utc, 'tally', [], 0, { ...recordOf(2), startedAt: 1_700_000_000.5, past });
    await storeLoads(store, [makeLoad({ user: 'bob' })], utc, 'tally', [], 0, recordOf(7));
    const history = await store.readHistory();
    expect(history.map(({ lines, newRows }) => [lines, newRows])).toEqual([
      [2, 1],
      [3, 30],
      [1, 10],
      [7, 1],
    ]);
    expect(history.slice(1, 3)).toEqual(past);
  });

  test('in the mode for all loads, each load is a row, also one that is there already', async () => {
    const store = await open();
    const load = makeLoad({ host: 'c1.ls6', jobid: '12' });
    expect(await storeLoads(store, [load, load], utc, 'all')).toEqual({ newRows: 2, cut: 0 });
    expect(await storeLoads(store, [load], utc, 'all')).toEqual({ newRows: 1, cut: 0 });
    expect(await storeLoads(store, [load], utc, 'tally')).toEqual({ newRows: 1, cut: 0 });
    expect(await store.count({})).toBe(4);
    const [row] = await store.select({ by: [], measures: ['loads', 'users', 'jobs'], filter: {} });
    expect(row).toEqual({ loads: 4, users: 1, jobs: 4 });
  });

  describe('questions', () => {
    test('are answered as the loads themselves answer them, whatever is asked and whatever came before', async () => {
      await fc.assert(
        fc.asyncProperty(anyLife, fc.array(anyQuery, { minLength: 2, maxLength: 6 }), async (life, queries) => {
          const store = await open(chicago);
          const naive = await live(store, life, chicago);
          const edges = edgesOf(naive).flatMap((range) =>
            queries.slice(0, 2).map((query) => ({ ...query, filter: { ...query.filter, ...range } })),
          );
          for (const query of [...queries, ...edges]) {
            expect(sorted(await store.select(query))).toEqual(sorted(naive.answer(query)));
          }
          const removal = queries[0]?.filter ?? {};
          const leaving = sorted(naive.select(removal));
          expect(sorted(await readUsageRows(store, removal))).toEqual(leaving);
          expect(await store.count(removal)).toBe(naive.remove(removal));
          await store.remove(removal, async (rows) => expect(sorted(await rowsOf(rows))).toEqual(leaving));
          expect(sorted(await readUsageRows(store))).toEqual(sorted(naive.select({})));
          await store.drop();
          await store.close();
        }),
        { numRuns: runs(12), endOnFailure: true },
      );
    });

    test('of the reports are answered as the loads themselves answer them', async () => {
      await fc.assert(
        fc.asyncProperty(anyLife, fc.array(anyFilter, { minLength: 1, maxLength: 3 }), async (life, filters) => {
          const store = await open(chicago);
          const naive = await live(store, life, chicago);
          for (const filter of [...filters, ...edgesOf(naive)]) {
            for (const [name, answer] of Object.entries(naiveClassics)) {
              const table = await findReport(name)?.run(store, makeRequest({ filter }));
              expect(table?.rows).toEqual(answer(naive.select(filter)));
            }
          }
          await store.drop();
          await store.close();
        }),
        { numRuns: runs(15), endOnFailure: true },
      );
    });

    test('with patterns do not look at letter case, but names that differ in it are two', async () => {
      const store = await open();
      await storeLoads(
        store,
        ['/apps/R/4.0', '/apps/r/4.0', '/apps/Résumé', '/apps/resume'].map((path) => makeLoad({ path })),
        utc,
      );
      const paths = async (pattern: string): Promise<string[]> =>
        (await store.select({ by: ['path'], measures: [], filter: { paths: [pattern] } }))
          .map(({ path }) => path)
          .sort();
      expect(await paths('%/r/%')).toEqual(['/apps/R/4.0', '/apps/r/4.0']);
      expect(await paths('%RÉSUMÉ')).toEqual(['/apps/Résumé']);
      expect(await paths('%resume')).toEqual(['/apps/resume']);
    });

    test('about a time range look at the first load of a tally, to the second', async () => {
      const store = await open();
      await storeLoads(
        store,
        ['09:00:00', '10:00:00'].map((time) => makeLoad({ timeUs: at(`2024-11-11T${time}Z`) })),
        utc,
      );
      const count = (filter: UsageFilter): Promise<number> => store.count(filter);
      expect(await count({ start: second('2024-11-11T09:00:00Z') })).toBe(1);
      expect(await count({ start: second('2024-11-11T09:00:01Z') })).toBe(0);
      expect(await count({ end: second('2024-11-11T09:00:00Z') })).toBe(0);
      expect(await count({ end: second('2024-11-11T09:00:01Z') })).toBe(1);
      expect(await count({ start: second('1900-01-01T00:00:00Z'), end: second('2300-01-01T00:00:00Z') })).toBe(1);
    });

    test('are the same whatever the order of the patterns', async () => {
      const store = await open();
      await storeLoads(
        store,
        ['a', 'b', 'c'].map((user) => makeLoad({ user })),
        utc,
      );
      expect(await store.count({ users: ['a', 'b'] })).toBe(2);
      expect(await store.count({ users: ['b', 'a', 'a'] })).toBe(2);
      expect(await store.count({ users: ['x'] })).toBe(0);
      expect(await store.count({ users: [''] })).toBe(0);
      expect(await store.count({ users: ['x', '%'] })).toBe(3);
    });
  });

  test('removing takes what the filter says and no more, and the people with it', async () => {
    const store = await open();
    await storeLoads(
      store,
      [
        makeLoad({ user: 'old', timeUs: at('2023-01-01T00:00:00Z') }),
        makeLoad({ user: 'both', timeUs: at('2023-01-01T00:00:00Z') }),
        makeLoad({ user: 'both', timeUs: at('2024-01-01T00:00:00Z'), syshost: 'frontera' }),
      ],
      utc,
    );
    const end = second('2023-06-01T00:00:00Z');
    expect(await store.remove({ end, syshosts: ['front%'] })).toBe(0);
    expect(await store.remove({ end })).toBe(2);
    expect(await store.select({ by: ['user', 'syshost'], measures: [], filter: {} })).toEqual([
      { user: 'both', syshost: 'frontera' },
    ]);
  });

  test('removing waits for an archive, and removes nothing where that fails', async () => {
    const store = await open();
    const loads = ['alice', 'bob'].map((user) => makeLoad({ user, host: 'c1.ls6', jobid: '7', group: 'bio' }));
    await storeLoads(store, loads, utc, 'all');
    const before = await readUsageRows(store);
    expect(before).toHaveLength(2);
    expect(before[0]).toMatchObject({ day: 20_038, host: 'c1.ls6', jobid: '7', group: 'bio', loads: 1, jobs: 1 });
    const full = new Error('no room');
    const failing = [
      async () => Promise.reject(full),
      async (rows: AsyncIterable<unknown>) => {
        for await (const _ of rows) throw full;
      },
    ];
    for (const archive of failing) {
      await expect(store.remove({}, archive)).rejects.toThrow('no room');
      expect(sorted(await readUsageRows(store))).toEqual(sorted(before));
    }
    expect(await store.remove({ users: ['bob'] }, async (rows) => expect(await rowsOf(rows)).toHaveLength(1))).toBe(1);
    expect(await store.remove({ users: ['bob'] }, async (rows) => expect(await rowsOf(rows)).toEqual([]))).toBe(0);
    expect(await store.count({})).toBe(1);
  });

  test('rows are handed out whatever their number, and the store is free again when they have been taken', async () => {
    const store = await open();
    const loads = Array.from({ length: 10_000 }, (_, index) =>
      makeLoad({ user: `u${index % 700}`, jobid: `${index}` }),
    );
    await storeLoads(store, loads, utc, 'all');
    const jobs = new Set((await readUsageRows(store)).map(({ jobid }) => jobid));
    expect(jobs.size).toBe(10_000);
    const none = await store.readRows({}, async () => 'nothing read');
    expect(none).toBe('nothing read');
    await expect(
      store.readRows({}, async (rows) => {
        for await (const _ of rows) throw new Error('enough');
      }),
    ).rejects.toThrow('enough');
    expect(await store.remove({})).toBe(10_000);
  });

  test('who has loaded what on which day is told, but for what came along as a dependency', async () => {
    await fc.assert(
      fc.asyncProperty(anyLife, fc.array(anyFilter, { minLength: 1, maxLength: 3 }), async (life, filters) => {
        const store = await open(chicago);
        const naive = await live(store, life, chicago);
        for (const filter of [...filters, ...edgesOf(naive)]) {
          const asked = naive.select(filter).filter(({ dependency, loads }) => dependency < loads);
          const days = asked.map(({ day, user, syshost, module, path }) => ({ day, user, syshost, module, path }));
          const found = await store.readUserDays(filter, userDaysOf);
          expect(new Set(found.map((one) => JSON.stringify(one)))).toEqual(
            new Set(days.map((one) => JSON.stringify(one))),
          );
        }
        await store.drop();
        await store.close();
      }),
      { numRuns: runs(15), endOnFailure: true },
    );
  });

  describe('the catalogue', () => {
    test('gives back every snapshot of every cluster as it was added last', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.record({
              syshost: fc.constantFrom('ls6', 'LS6', 'ls6 ', '日本😀', "'", '\\\\N'),
              day: fc.integer({ min: 20_000, max: 20_004 }),
              modules: anyModules,
            }),
            { maxLength: 8 },
          ),
          async (snapshots) => {
            const store = await open();
            const naive = new Map<string, CatalogueSnapshot>();
            for (const snapshot of snapshots) {
              const key = JSON.stringify([snapshot.syshost, snapshot.day]);
              const isNew =
                JSON.stringify(sorted(naive.get(key)?.modules ?? [])) !== JSON.stringify(sorted(snapshot.modules));
              expect(await store.addSnapshot(snapshot)).toBe(isNew || !naive.has(key));
              naive.set(key, snapshot);
            }
            const kept = (await store.readCatalogues()).flatMap((catalogue) =>
              catalogue.days.map((day) => ({
                syshost: catalogue.syshost,
                day,
                modules: sorted(modulesOn(catalogue, day).map(({ since: _, ...module }) => module)),
              })),
            );
            const added = [...naive.values()].map((snapshot) => ({ ...snapshot, modules: sorted(snapshot.modules) }));
            expect(sorted(kept)).toEqual(sorted(added));
            await store.drop();
            await store.close();
          },
        ),
        { numRuns: runs(15), endOnFailure: true },
      );
    });

    test('is empty before the first snapshot, holds thousands of modules, and keeps an empty snapshot too', async () => {
      const store = await open();
      expect(await store.readCatalogues()).toEqual([]);
      const many = Array.from({ length: 2500 }, (_, n) =>
        makeModule({ module: `m/${n}`, path: '/p'.padEnd(1024, `${n}/`) }),
      );
      expect(await store.addSnapshot({ syshost: 'ls6', day: 1, modules: many })).toBe(true);
      expect(await store.addSnapshot({ syshost: 'ls6', day: 2, modules: [] })).toBe(true);
      expect(await store.addSnapshot({ syshost: 'ls6', day: 2, modules: [] })).toBe(false);
      const [catalogue] = await store.readCatalogues();
      expect(catalogue?.days).toEqual([1, 2]);
      expect(catalogue?.stays).toHaveLength(2500);
    });

    test('has nothing to do with usage: neither removes the other', async () => {
      const store = await open();
      await store.addSnapshot({ syshost: 'ls6', day: 1, modules: [makeModule()] });
      await storeLoads(store, [makeLoad()], utc);
      expect(await store.remove({})).toBe(1);
      expect(await store.readCatalogues()).toHaveLength(1);
    });
  });

  describe('the history', () => {
    test('has every import, in the order in which they were committed', async () => {
      const store = await open();
      expect(await store.readHistory()).toEqual([]);
      const record: ImportRecord = {
        startedAt: second('2024-11-11T12:00:00Z'),
        zone: 'America/Argentina/Buenos_Aires',
        files: 3,
        lines: 123_456_789_012,
        loads: 12,
        ignored: 34,
        skipped: 56,
        rejected: 78,
        already: 90,
      };
      await storeLoads(store, [makeLoad(), makeLoad({ user: 'bob' })], utc, 'tally', [], 0, record);
      await storeLoads(store, [makeLoad()], utc, 'tally', [], 1, { ...record, startedAt: 0 });
      expect(await store.readHistory()).toEqual([
        { ...record, newRows: 2 },
        { ...record, startedAt: 0, newRows: 0 },
      ]);
    });
  });

  describe('the ledger', () => {
    test('gives back what an import wrote, byte for byte', async () => {
      const store = await open();
      const change = changeOf({ name: "/var/log/it's \\ 'new'\n.log", firstLine: 0xffff_ffff });
      await storeLoads(store, [], utc, 'tally', [change]);
      const { revision, entries } = await store.readLedger();
      const [entry] = entries;
      expect(entry).toEqual({
        id: 1,
        firstLine: 0xffff_ffff,
        length: 123_456_789_012,
        lines: 1_000_000,
        name: change.name,
        stamp: '1:2:3',
        tailWaits: true,
      });
      expect(revision).toBe(1);
      expect((await store.readPrints([1])).get(1)).toEqual(change.print);
    });

    test('keeps one entry for a content that grows or moves', async () => {
      const store = await open();
      await storeLoads(store, [], utc, 'tally', [changeOf({ firstLine: 7 }), changeOf({ firstLine: 8 })]);
      const grown: ContentPrint = { ...printOf(), length: 200_000_000_000, digest: '00000000000000ff' };
      await storeLoads(store, [], utc, 'tally', [changeOf({ id: 1, firstLine: 7, print: grown, name: 'new' })], 1);
      await storeLoads(store, [], utc, 'tally', [changeOf({ id: 2, firstLine: 8, print: null, stamp: '9' })], 2);
      const { revision, entries } = await store.readLedger();
      expect(revision).toBe(3);
      expect(sorted(entries)).toMatchObject([
        { id: 1, firstLine: 7, length: 200_000_000_000, name: 'new' },
        { id: 2, firstLine: 8, length: 123_456_789_012, stamp: '9' },
      ]);
      expect((await store.readPrints([1, 2])).get(1)).toEqual(grown);
    });

    test('turns down an import that another one has overtaken with the same content', async () => {
      const store = await open();
      const content = changeOf({ firstLine: 5 });
      expect(await storeLoads(store, [makeLoad()], utc, 'tally', [content], 0)).toEqual({ newRows: 1, cut: 0 });
      expect(await storeLoads(store, [makeLoad()], utc, 'tally', [content], 0)).toBe('conflict');
      const [row] = await store.select({ by: [], measures: ['loads'], filter: {} });
      expect(row).toEqual({ loads: 1 });
      const other = changeOf({ firstLine: 6 });
      expect(await storeLoads(store, [makeLoad()], utc, 'tally', [other], 0)).toEqual({ newRows: 0, cut: 0 });
    });

    test('an import that none may come before is told of any, and can be committed again by what is known then', async () => {
      const target = newTarget();
      const [store, other] = [await openTestStore(target, utc), await openTestStore(target, utc)];
      await store.prepare();
      await other.prepare();
      const tally = createDailyTally(new GrowingVocabulary(), utc);
      tally.add(makeLoad());
      const storeImport = await store.openImport();
      try {
        await storeImport.add(tally.take(), 0);
        const before = await store.readLedger();
        await storeLoads(other, [makeLoad()], utc);
        const change = changeOf({ firstLine: 5 });
        expect(await storeImport.commit(recordOf(1), [change], before.revision, 'any')).toBe('conflict');
        expect(await store.select({ by: [], measures: ['loads'], filter: {} })).toEqual([{ loads: 1 }]);
        const { revision } = await store.readLedger();
        expect(await storeImport.commit(recordOf(1), [change], revision, 'any')).toEqual({ newRows: 0 });
      } finally {
        await storeImport.close();
      }
      expect(await store.select({ by: [], measures: ['loads'], filter: {} })).toEqual([{ loads: 2 }]);
      expect((await store.readLedger()).entries).toHaveLength(1);
    });
  });
}

function recordOf(lines: number): ImportRecord {
  return { startedAt: 0, zone: 'UTC', files: 1, lines, loads: lines, ignored: 0, skipped: 0, rejected: 0, already: 0 };
}

function printOf(): ContentPrint {
  return {
    length: 123_456_789_012,
    lines: 1_000_000,
    digest: 'fedcba9876543210',
    headLines: Uint32Array.of(0, 1, 0xffff_ffff),
    blocks: Uint32Array.of(10, 13, 0x0a0d_0a0d),
  };
}

function changeOf(change: Partial<LedgerChange>): LedgerChange {
  return { id: null, firstLine: 1, name: 'log', stamp: '1:2:3', tailWaits: true, print: printOf(), ...change };
}
