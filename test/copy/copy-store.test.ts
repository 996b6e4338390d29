import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareStores } from '../../src/copy/compare-stores.ts';
import { isMark } from '../../src/copy/copy-marks.ts';
import { type CopyAccount, type CopyOptions, copyStore } from '../../src/copy/copy-store.ts';
import type { Load } from '../../src/core/load.ts';
import { createSiteZone } from '../../src/core/site-zone.ts';
import type { ImportMode } from '../../src/ingest/usage-collector.ts';
import { reports } from '../../src/report/reports.ts';
import type { Store } from '../../src/store/store.ts';
import { makeModule } from '../support/make-catalogue.ts';
import { crowdedLoad, makeLoad, makeRecord, storeLoads } from '../support/make-loads.ts';
import { makeRequest } from '../support/make-request.ts';
import { anyLife, live } from '../support/store-life.ts';
import { type AnyStoreKind, allStoreKinds, newTarget, openTestStore } from '../support/stores.ts';
import { wholeOf } from '../support/whole-store.ts';

const zone = createSiteZone('America/Chicago');
const day = (iso: string): number => Date.parse(`${iso}T18:00:00Z`) * 1000;

/** From each kind of store to the next, and from the last to the first. */
const pairs = allStoreKinds.map((from, at) => [from, allStoreKinds[(at + 1) % allStoreKinds.length] ?? from] as const);

/** Random tries: a cluster takes its time for each, and has a contract test of its own. */
function runsOf(...kinds: readonly AnyStoreKind[]): number {
  return kinds.includes('clickhouse') ? 1 : 2;
}

async function newStore(kind: AnyStoreKind): Promise<Store> {
  const store = await openTestStore(newTarget(kind), zone);
  await store.prepare();
  return store;
}

function copy(source: Store, target: Store, options: Partial<CopyOptions> = {}): Promise<CopyAccount> {
  const usual = { mayMerge: false, isDry: false, zone: zone.name, now: 1_700_000_000, onProgress: () => {} };
  return copyStore(source, target, { ...usual, ...options });
}

/** An import of a log that nobody else has. */
function importLoads(store: Store, loads: readonly Load[], mode: ImportMode = 'tally', log = 1): Promise<unknown> {
  const print = {
    length: log * 100,
    lines: 2,
    digest: log.toString(16).padStart(16, '0'),
    headLines: Uint32Array.of(log, 7),
    blocks: Uint32Array.of(log),
  };
  const change = {
    id: null,
    firstLine: log,
    name: `log-${log}`,
    stamp: `stamp-${log}`,
    tailWaits: log % 2 === 0,
    print,
  };
  return storeLoads(store, loads, zone, mode, [change], 0, makeRecord({ startedAt: log, zone: zone.name, lines: 2 }));
}

/** A store that does something on the way. */
function disturbed(store: Store, methods: Partial<Store>): Store {
  return new Proxy(store, {
    get(_, name) {
      const own = Reflect.get(methods, name);
      if (own !== undefined) return own;
      const value = Reflect.get(store, name, store);
      return typeof value === 'function' ? value.bind(store) : value;
    },
  });
}

const noHashes = new Uint32Array();

/** A test of the plan and not of the stores, for which one pair of kinds will do. */
const onePair = pairs.slice(0, 1);

describe.each(pairs)('a copy from %s to %s', (from, to) => {
  test('and back into another store has the same rows, ledger, history and catalogue, and the same answers', async () => {
    await fc.assert(
      fc.asyncProperty(anyLife, async (life) => {
        const [source, target, back] = [await newStore(from), await newStore(to), await newStore(from)];
        await live(source, life, zone);
        for (const log of [1, 2, 3]) await importLoads(source, [makeLoad()], log === 2 ? 'all' : 'tally', log);
        for (const at of [20_000, 20_001, 20_003]) {
          const modules = [makeModule({ isDefault: at === 20_001 ? null : true }), makeModule({ path: `/apps/${at}` })];
          await source.addSnapshot({ syshost: 'ls6', day: at, modules });
        }
        const whole = await wholeOf(source);
        const account = await copy(source, target);
        expect(account).toMatchObject({ contents: 3, snapshots: 3, already: 0, newRows: account.rows });
        expect(await wholeOf(target)).toEqual(whole);
        await copy(target, back);
        expect(await wholeOf(back)).toEqual(whole);
        expect(await compareStores(source, back)).toMatchObject({ isEqual: true, rows: account.rows });
        for (const report of reports.filter(({ name }) => name !== 'health')) {
          const request = makeRequest({});
          expect(await report.run(target, request)).toEqual(await report.run(source, request));
        }
        for (const store of [source, target, back]) await store.drop();
      }),
      { numRuns: runsOf(from, to), endOnFailure: true },
    );
  });

  test('that is made again takes over what is new, and only that', async () => {
    const anyRound = fc.record({
      mode: fc.constantFrom<ImportMode>('tally', 'all'),
      loads: fc.array(crowdedLoad, { minLength: 1, maxLength: 12 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(anyRound, { minLength: 2, maxLength: 4 }), async (rounds) => {
        const [source, target] = [await newStore(from), await newStore(to)];
        for (const [round, { mode, loads }] of rounds.entries()) {
          await importLoads(source, loads, mode, round + 1);
          await copy(source, target);
          expect(await wholeOf(target)).toEqual(await wholeOf(source));
          const state = await target.readState();
          expect(await copy(source, target)).toMatchObject({ days: 0, loads: 0, rows: 0, contents: 0, imports: 0 });
          expect(await target.readState()).toBe(state);
        }
        for (const store of [source, target]) await store.drop();
      }),
      { numRuns: runsOf(from, to), endOnFailure: true },
    );
  });

  test('of more than fits into one part, and of days that have to be read in slices, is whole', async () => {
    const [source, target] = [await newStore(from), await newStore(to)];
    const many = (user: string, iso: string): Load =>
      makeLoad({
        user,
        timeUs: day(iso),
        counts: { lastUs: day(iso) + 9_000_000, loads: 1_500_000, direct: 3, dependency: 2, jobs: 1 },
      });
    const users = ['ann', 'bob', 'cy', 'dora'];
    const days = ['2024-11-01', '2024-11-02', '2024-11-03', '2024-11-05'];
    await importLoads(
      source,
      days.flatMap((iso) => users.map((user) => many(user, iso))),
    );
    const steps: [number, number][] = [];
    await copy(source, target, { onProgress: (copied, toCome) => steps.push([copied, toCome]) });
    expect(steps).toEqual([6, 12, 18, 24].map((millions) => [millions * 1e6, (24 - millions) * 1e6]));
    expect(await wholeOf(target)).toEqual(await wholeOf(source));
    await importLoads(
      source,
      [many('ann', '2024-11-02'), many('eve', '2024-11-02'), many('eve', '2024-11-04')],
      'tally',
      2,
    );
    await importLoads(source, [makeLoad({ timeUs: day('2024-11-02'), host: 'c1' })], 'all', 3);
    let handedOut = 0;
    const counted = disturbed(source, {
      readRows: (filter, use) =>
        source.readRows(filter, (batches) =>
          use(
            (async function* () {
              for await (const batch of batches) {
                handedOut += batch.length;
                yield batch;
              }
            })(),
          ),
        ),
    });
    const crowded = disturbed(target, { count: async () => 500_001 });
    expect(await copy(counted, crowded)).toMatchObject({ days: 2, already: 3, rows: 4, newRows: 3, contents: 2 });
    expect(await wholeOf(target)).toEqual(await wholeOf(source));
    // Of 1,500,000 loads of one user in three parts, of those that the target lacks and of new days once.
    expect(handedOut).toBe(4 * 3 + 2 + 1);
  });

  test('that fails at any commit, before or after it, is completed by the next', async () => {
    const [source, target] = [await newStore(from), await newStore(to)];
    const loads = Array.from({ length: 6 }, (_, at) => makeLoad({ timeUs: day(`2024-11-0${at + 1}`), counts: null }));
    for (let round = 0; round < 3; round++) {
      await importLoads(source, loads, round === 1 ? 'all' : 'tally', round + 1);
      // A part for each day, since days of which the target has something come one by one.
      for (let failing = 0; ; failing++) {
        let commits = 0;
        const dying = disturbed(target, {
          async openImport() {
            const storeImport = await target.openImport();
            return {
              cut: storeImport.cut,
              add: (batch, from) => storeImport.add(batch, from),
              discard: (from) => storeImport.discard(from),
              close: () => storeImport.close(),
              async commit(...all) {
                if (commits++ === failing >> 1 && failing % 2 === 0) throw new Error('killed before');
                const result = await storeImport.commit(...all);
                if (commits - 1 === failing >> 1) throw new Error('killed after');
                return result;
              },
            };
          },
        });
        const outcome = await copy(source, dying).then(
          () => 'done',
          (error: Error) => error.message,
        );
        if (outcome === 'done') break;
        expect(outcome).toMatch(/^killed/);
      }
      expect(await wholeOf(target)).toEqual(await wholeOf(source));
    }
  });
});

describe.each(onePair)('a copy from %s to %s', (from, to) => {
  test('has all that the source got while it was copied, and knows of no log whose loads it lacks', async () => {
    const [source, target] = [await newStore(from), await newStore(to)];
    const days = ['2024-11-01', '2024-11-02', '2024-11-04'];
    await importLoads(
      source,
      days.map((iso) => makeLoad({ timeUs: day(iso) })),
    );
    let log = 1;
    const more = async (): Promise<void> => {
      if (log > 4) return;
      log++;
      const loads = [...days, '2024-11-03'].map((iso) => makeLoad({ timeUs: day(iso) + log }));
      await importLoads(
        source,
        [...loads, makeLoad({ syshost: `new-${log}`, timeUs: day('2024-11-02') })],
        'tally',
        log,
      );
    };
    const growing = disturbed(source, {
      async readRows(filter, use) {
        await more();
        const result = await source.readRows(filter, use);
        await more();
        return result;
      },
    });
    await copy(growing, target);
    expect(log).toBe(5);
    expect(await wholeOf(target)).toEqual(await wholeOf(source));
  });

  test('from a source that never rests comes to an end, and leaves only its latest to the next', async () => {
    const [source, target] = [await newStore(from), await newStore(to)];
    let log = 0;
    const more = async (): Promise<unknown> => {
      if (log++ > 20) return;
      const loads = [makeLoad({ user: `log-${log}`, timeUs: day('2024-11-02') + log * 1e6 })];
      if (log % 2 === 0) return importLoads(source, loads, 'tally', log);
      // The first log grows, so that what the ledger had of it is not to be had any more.
      const name = `log-${log}`;
      const print = {
        length: 100 + log,
        lines: 2 + log,
        digest: '1'.repeat(16),
        headLines: noHashes,
        blocks: noHashes,
      };
      const id = log === 1 ? null : 1;
      const change = { id, firstLine: 1, name, stamp: null, tailWaits: true, print };
      return storeLoads(source, loads, zone, 'tally', [change], log);
    };
    await more();
    const growing = disturbed(source, {
      async readRows(filter, use) {
        const result = await source.readRows(filter, use);
        await more();
        return result;
      },
      async readPrints(ids) {
        await more();
        await more();
        return source.readPrints(ids);
      },
    });
    expect(await copy(growing, target)).toMatchObject({ isBehind: true });
    expect(log).toBeLessThan(20);
    const users = (await target.select({ by: ['user'], measures: [], filter: {} })).map(({ user }) => user);
    const contents = (await target.readLedger()).entries.filter((entry) => !isMark(entry)).map(({ name }) => name);
    expect(contents.length).toBeGreaterThan(0);
    expect(users).toEqual(expect.arrayContaining(contents));
    expect(await copy(source, target)).toMatchObject({ isBehind: false });
    expect(await wholeOf(target)).toEqual(await wholeOf(source));
  });

  test('does not take for copied what is imported into the target just then', async () => {
    const [source, target] = [await newStore(from), await newStore(to)];
    const load = makeLoad({ timeUs: day('2024-11-02') });
    await importLoads(source, [load]);
    await copy(source, target);
    await importLoads(source, [load, load], 'tally', 2);
    let isFirst = true;
    const busy = disturbed(target, {
      async readRows(filter, use) {
        if (isFirst) await importLoads(target, [load], 'tally', 3);
        isFirst = false;
        return target.readRows(filter, use);
      },
    });
    await expect(copy(source, busy)).rejects.toMatchObject({
      code: 'COPY_UNCLEAR',
      message: expect.stringMatching(/both .* have changed since they were copied$/),
    });
    expect(await target.select({ by: [], measures: ['loads'], filter: {} })).toEqual([{ loads: 2 }]);
  });

  test.each(['while its rows are read', 'between the last look and the commit'])(
    'adds nothing to a day that is imported into the target %s',
    async (when) => {
      const [source, target] = [await newStore(from), await newStore(to)];
      const load = makeLoad({ timeUs: day('2024-11-02') });
      await importLoads(source, [load]);
      let isRead = false;
      let isImported = false;
      const interfere = async (): Promise<void> => {
        if (!isImported) await importLoads(target, [load]);
        isImported = true;
      };
      const slow = disturbed(source, {
        async readRows(filter, use) {
          const result = await source.readRows(filter, use);
          isRead = true;
          if (when.startsWith('while')) await interfere();
          return result;
        },
      });
      const busy = disturbed(target, {
        async select(query) {
          const answer = await target.select(query);
          if (isRead) await interfere();
          return answer;
        },
      });
      await expect(copy(slow, busy)).rejects.toMatchObject({ code: 'COPY_UNCLEAR' });
      expect(await target.select({ by: [], measures: ['loads'], filter: {} })).toEqual([{ loads: 1 }]);
    },
  );

  test('of two at once leaves each row once', async () => {
    const [source, target] = [await newStore(from), await newStore(to)];
    const other = await newStore(from);
    const days = ['2024-11-01', '2024-11-02', '2024-11-03'];
    await importLoads(
      source,
      days.map((iso) => makeLoad({ timeUs: day(iso) })),
    );
    await importLoads(
      other,
      days.map((iso) => makeLoad({ timeUs: day(iso), syshost: 'other' })),
      'all',
      2,
    );
    // In the midst of the first one, the other source's and the same one's are made from beginning to end.
    let isFirst = true;
    const slow = disturbed(source, {
      async readRows(filter, use) {
        const result = await source.readRows(filter, use);
        if (isFirst) {
          isFirst = false;
          await copy(other, target);
          await copy(source, target);
        }
        return result;
      },
    });
    await copy(slow, target);
    expect(await compareStores(source, target)).toMatchObject({ isEqual: true, rows: 3 });
    expect(await compareStores(other, target)).toMatchObject({ isEqual: true, rows: 3 });
    expect(await target.count({})).toBe(6);
    const { entries } = await target.readLedger();
    expect(entries.filter((entry) => !isMark(entry))).toHaveLength(2);
    expect((await target.readHistory()).filter(({ lines }) => lines > 0)).toHaveLength(2);
  });

  test('tells sources of one name apart, and knows one again by any name, or by that from before its first import', async () => {
    const [one, other, target] = [await newStore(from), await newStore(from), await newStore(to)];
    const load = (syshost: string): Load => makeLoad({ timeUs: day('2024-11-02'), syshost });
    await importLoads(one, [load('one')], 'tally', 1);
    await importLoads(other, [load('other')], 'tally', 2);
    const name = 'duckdb:/var/lib/modtally/usage.duckdb';
    for (const source of [disturbed(one, { name }), disturbed(other, { name })]) await copy(source, target);
    expect(await copy(one, target)).toMatchObject({ days: 0, already: 1, contents: 0, imports: 0 });
    await importLoads(one, [load('one')], 'tally', 3);
    const asked = new Set<string>();
    const watched = disturbed(target, {
      select(query) {
        for (const syshost of query.filter.exact?.syshosts ?? ['all']) asked.add(syshost);
        return target.select(query);
      },
    });
    expect(await copy(one, watched)).toMatchObject({ days: 1, contents: 1, imports: 1 });
    expect([...asked]).toEqual(['one']);
    const third = await newStore(from);
    await importLoads(third, [load('third')], 'tally', 4);
    const empty = { revision: 0, entries: [] };
    await copy(disturbed(third, { readLedger: async () => empty, readHistory: async () => [] }), target);
    expect(await copy(third, target)).toMatchObject({ days: 0, already: 1, contents: 1, imports: 1 });
    for (const source of [one, other, third]) {
      expect(await compareStores(source, target)).toMatchObject({ isEqual: true });
    }
  });

  test('into usage of the same days and clusters that is not from there is refused, unless it is of other loads', async () => {
    const [source, target] = [await newStore(from), await newStore(to)];
    const load = makeLoad({ timeUs: day('2024-11-02') });
    await importLoads(source, [load, makeLoad({ timeUs: day('2024-11-03') })]);
    await importLoads(target, [load, makeLoad({ timeUs: day('2024-11-03'), syshost: 'other' })], 'tally', 2);
    const before = await wholeOf(target);
    await expect(copy(source, target)).rejects.toMatchObject({
      code: 'COPY_UNCLEAR',
      message: expect.stringMatching(/has usage of its own of ls6 on 2024-11-02$/),
    });
    expect(await wholeOf(target)).toEqual(before);
    await copy(source, target, { mayMerge: true });
    const merged = await wholeOf(target);
    expect(await target.select({ by: ['day'], measures: ['loads'], filter: { syshosts: ['ls6'] } })).toEqual(
      expect.arrayContaining([expect.objectContaining({ loads: 2 }), expect.objectContaining({ loads: 1 })]),
    );
    // What was added once is not added again, be it asked for or not.
    await copy(source, target, { mayMerge: true });
    await copy(source, target);
    expect(await wholeOf(target)).toEqual(merged);
    await importLoads(source, [load], 'tally', 3);
    await expect(copy(source, target, { mayMerge: true })).rejects.toMatchObject({ code: 'COPY_UNCLEAR' });
    expect(await wholeOf(target)).toEqual(merged);
  });

  test('is refused where both stores have imported the same log, or both have got more of a day', async () => {
    const [source, target] = [await newStore(from), await newStore(to)];
    const load = makeLoad({ timeUs: day('2024-11-02') });
    await importLoads(source, [load]);
    await importLoads(target, [load]);
    await expect(copy(source, target, { mayMerge: true })).rejects.toMatchObject({
      code: 'COPY_UNCLEAR',
      message: expect.stringMatching(/^1 logs were imported into both .*, such as log-1$/),
    });
    const other = await newStore(to);
    await copy(source, other);
    await importLoads(other, [load], 'tally', 2);
    // As long as the source has nothing new, nobody need tell them apart.
    expect(await copy(source, other)).toMatchObject({ days: 0, already: 1 });
    await importLoads(source, [load], 'tally', 3);
    await expect(copy(source, other)).rejects.toMatchObject({
      code: 'COPY_UNCLEAR',
      message: expect.stringMatching(/^of 2024-11-02, both .* have changed since they were copied$/),
    });
  });

  test('keeps what the source has lost, and refuses days on which it has lost some and got more', async () => {
    const [source, target] = [await newStore(from), await newStore(to)];
    const loads = ['ann', 'bob'].map((user) => makeLoad({ user, timeUs: day('2024-11-02') }));
    await importLoads(source, [...loads, makeLoad({ timeUs: day('2024-11-01') })]);
    await copy(source, target);
    await source.remove({ end: day('2024-11-02') / 1e6 });
    await copy(source, target);
    expect(await target.count({})).toBe(3);
    await source.forgetUser('bob', false);
    await importLoads(source, [makeLoad({ user: 'cy', timeUs: day('2024-11-02') + 1e6 })], 'tally', 2);
    await expect(copy(source, target)).rejects.toMatchObject({
      code: 'COPY_UNCLEAR',
      message: expect.stringMatching(/has lost usage of 2024-11-02 since it was copied$/),
    });
    expect(await target.count({})).toBe(3);
  });
});
