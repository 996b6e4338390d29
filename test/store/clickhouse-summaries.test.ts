import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { beforeEach, describe, expect, inject, onTestFinished, test } from 'vitest';
import type { Load } from '../../src/core/load.ts';
import { createSiteZone } from '../../src/core/site-zone.ts';
import type { UsageFilter, UsageQuery } from '../../src/core/usage-query.ts';
import { GrowingVocabulary } from '../../src/ingest/growing-vocabulary.ts';
import { createLoadList } from '../../src/ingest/usage-collector.ts';
import { ClickhouseConnection, type Settings } from '../../src/store/clickhouse/clickhouse-connection.ts';
import { Decisions } from '../../src/store/clickhouse/decisions.ts';
import { plain, type Statement } from '../../src/store/clickhouse/statement.ts';
import { summariseOn } from '../../src/store/clickhouse/summaries.ts';
import { sweepRows } from '../../src/store/clickhouse/sweep.ts';
import type { Store } from '../../src/store/store.ts';
import type { ClickhouseTarget } from '../../src/store/store-target.ts';
import { anyFilter, measures } from '../support/any-question.ts';
import { clusterName } from '../support/clickhouse-cluster.ts';
import { anyLoad, crowdedLoad, makeLoad, makeRecord, storeLoads } from '../support/make-loads.ts';
import { sorted } from '../support/naive-usage.ts';
import { anyLife, live } from '../support/store-life.ts';
import { eagerSummaries, newClickhouseTarget, openTestStore } from '../support/stores.ts';
import { waitUntil } from '../support/wait-until.ts';

const utc = createSiteZone('UTC');
const chicago = createSiteZone('America/Chicago');
const [october, november] = [9, 10].map((month) => Date.UTC(2024, month, 11, 12) * 1000);
if (october === undefined || november === undefined) throw new RangeError('no months');

let target: ClickhouseTarget;
let store: Store;

beforeEach(async () => {
  target = newClickhouseTarget(inject('clickhouse').ports, clusterName);
  store = await openTestStore(target);
  await store.prepare();
});

/** Writes a summary, as it is or with other SQL. */
type Write = (change?: (sql: string) => string) => Promise<void>;

/** A connection of somebody who is interfered with when a summary is written. */
class WatchedConnection extends ClickhouseConnection {
  instead: (write: Write) => Promise<void> = (write) => write();
  whenChecked: () => Promise<void> = async () => {};

  override async run(statement: Statement | string, settings?: Settings): Promise<void> {
    const { sql, values } = typeof statement === 'string' ? plain(statement) : statement;
    const write: Write = (change = (same) => same) => super.run({ sql: change(sql), values }, settings);
    return /INSERT INTO \S+modtally_usage_months/.test(sql) ? this.instead(write) : write();
  }

  override async query(statement: Statement | string, settings?: Settings): Promise<unknown[][]> {
    const rows = await super.query(statement, settings);
    if (typeof statement === 'string' && statement.includes('AS kinds')) await this.whenChecked();
    return rows;
  }
}

/**
 * Summarises all months that are due.
 * @param instead what happens in the place of writing one: then it is one
 * @param whenChecked what happens when it was found to be right
 */
async function summarise(
  instead?: (write: Write) => Promise<void>,
  whenChecked: () => Promise<void> = async () => {},
): Promise<void> {
  const connection = new WatchedConnection(target);
  if (instead !== undefined) connection.instead = instead;
  connection.whenChecked = whenChecked;
  const forMs = instead === undefined ? Number.POSITIVE_INFINITY : 0;
  await summariseOn(connection, new Decisions(connection), { rule: eagerSummaries, waitMs: 20_000, forMs });
  await connection.close();
}

/** Takes out of the tables what is of no use any more. */
async function sweep(): Promise<void> {
  const connection = new ClickhouseConnection(target);
  const decisions = new Decisions(connection);
  await waitUntil(async () => {
    await sweepRows(connection, decisions, 20_000);
    return (await decisions.read()).unswept.length === 0;
  }, 'all is swept');
  await connection.close();
}

/** What the tables have of summaries, on all servers, and what the state has of them. */
async function readSummaries(): Promise<{ batches: number[]; named: number[]; later: number[]; users: string[] }> {
  const connection = new ClickhouseConnection(target);
  const { months } = await new Decisions(connection).read();
  await connection.close();
  const ask = async (column: string): Promise<string[]> => {
    const answers = inject('clickhouse').ports.map(async (port) => {
      const body = `SELECT DISTINCT ${column} FROM ${target.database}.modtally_usage_months WHERE batch > 0`;
      return (await (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body })).text()).split('\n');
    });
    return [...new Set((await Promise.all(answers)).flat())].filter((line) => line !== '').sort();
  };
  return {
    batches: (await ask('batch')).map(Number).sort((one, other) => one - other),
    named: months.flatMap(({ summary }) => summary?.batch ?? []).sort((one, other) => one - other),
    later: months.map(({ later }) => later),
    users: await ask('user'),
  };
}

const loadOf = (user: string, timeUs = november, fields: Partial<Load> = {}): Load =>
  makeLoad({ user, timeUs, ...fields });

const usersAndLoads = async (of: Store = store): Promise<unknown> =>
  of.select({ by: ['month'], measures: ['users', 'loads'], filter: {} });

const monthOf = (month: string, users: number, loads: number): object => ({ month, users, loads });

/** Instants and days around the edges of months, in two zones. */
const anyEdge = fc
  .record({
    month: fc.constantFrom(Date.UTC(2023, 1), ...[9, 10, 11, 12].map((month) => Date.UTC(2024, month))),
    zoneHours: fc.constantFrom(0, 5, 6),
    seconds: fc.constantFrom(0, 0, -1, 1),
  })
  .map(({ month, zoneHours, seconds }) => month / 1000 + zoneHours * 3600 + seconds);

const anyEdgeDay = fc.constantFrom(19_388, 19_389, 19_997, 20_028, 20_029, 20_058, 20_059, 20_089);

const anyMonths: fc.Arbitrary<UsageFilter> = fc.record(
  {
    start: anyEdge,
    end: anyEdge,
    days: fc
      .tuple(anyEdgeDay, anyEdgeDay)
      .map(([one, other]): [number, number] => [Math.min(one, other), Math.max(one, other)]),
  },
  { requiredKeys: [] },
);

/** Questions that summaries can answer, about months as they are and cut at the edges. */
const anyQuestion: fc.Arbitrary<UsageQuery> = fc
  .record({
    by: fc.subarray(['user', 'module', 'path', 'syshost', 'month'] as const),
    measures: fc.subarray([...measures], { minLength: 1 }),
    names: fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: anyFilter }),
    time: fc.oneof({ weight: 1, arbitrary: fc.constant({}) }, { weight: 2, arbitrary: anyMonths }),
  })
  .map(({ by, measures: asked, names, time }) => {
    const { users, modules, paths, syshosts, exact }: UsageFilter = names;
    const given = Object.fromEntries(
      Object.entries({ users, modules, paths, syshosts, exact }).filter(([, value]) => value !== undefined),
    );
    return { by, measures: asked, filter: { ...given, ...time } };
  });

const anyLoads = fc.array(fc.oneof(crowdedLoad, anyLoad), { minLength: 1, maxLength: 25 });

describe('questions', () => {
  test.each([
    ['UTC', utc],
    ['America/Chicago', chicago],
  ])('have the same answers from summaries as from the loads themselves, in %s', async (_, zone) => {
    await fc.assert(
      fc.asyncProperty(
        anyLife,
        anyLoads,
        fc.array(anyQuestion, { minLength: 25, maxLength: 25 }),
        async (life, late, questions) => {
          const own = newClickhouseTarget(inject('clickhouse').ports, clusterName);
          target = own;
          const living = await openTestStore(own, zone);
          await living.prepare();
          const naive = await live(living, life, zone);
          await summarise();
          const { named, later } = await readSummaries();
          expect(later.every((rows) => rows === 0)).toBe(true);
          expect(named).toHaveLength(new Set(naive.answer({ by: ['month'], measures: [], filter: {} })).size);
          for (const question of questions.slice(0, 12)) {
            expect(sorted(await living.select(question))).toEqual(sorted(naive.answer(question)));
          }
          await storeLoads(living, late, zone);
          naive.add(late, 'tally');
          for (const question of questions.slice(12)) {
            expect(sorted(await living.select(question))).toEqual(sorted(naive.answer(question)));
          }
          await living.drop();
          await living.close();
        },
      ),
      { numRuns: 2, endOnFailure: true },
    );
  });
});

describe('a summary', () => {
  test('takes in what comes later when it is made again, and the former one goes', async () => {
    await storeLoads(store, [loadOf('amy'), loadOf('bob'), loadOf('amy', october)], utc);
    await summarise();
    const first = await readSummaries();
    expect(first).toMatchObject({ batches: first.named, later: [0, 0] });
    await storeLoads(store, [loadOf('bob'), loadOf('cyd'), loadOf('cyd', november, { path: '/c' })], utc);
    expect((await readSummaries()).later).toEqual([0, 3]);
    const expected = [monthOf('2024-10', 1, 1), monthOf('2024-11', 3, 5)];
    expect(sorted((await usersAndLoads()) as object[])).toEqual(expected);
    await summarise();
    await storeLoads(store, [loadOf('dan', october)], utc);
    await summarise();
    await sweep();
    const last = await readSummaries();
    expect(last).toMatchObject({ batches: last.named, later: [0, 0] });
    expect(last.named).toHaveLength(2);
    expect(last.named).not.toContain(first.named[0]);
    expect(sorted((await usersAndLoads()) as object[])).toEqual([monthOf('2024-10', 2, 2), monthOf('2024-11', 3, 5)]);
  });

  test('lacks the rows of imports that are open while it is made, and they are told nevertheless', async () => {
    await storeLoads(store, [loadOf('amy')], utc);
    const open = await Promise.all([store.openImport(), store.openImport()]);
    for (const [at, given] of open.entries()) {
      const list = createLoadList(new GrowingVocabulary(), utc);
      list.add(loadOf(`open${at}`));
      await given.add(list.take(), 0);
    }
    const [during, after] = open;
    await summarise(async (write) => {
      await write();
      await during?.commit(makeRecord(), [], 0);
      // One that began and ended meanwhile.
      await storeLoads(store, [loadOf('cyd')], utc);
    });
    await after?.commit(makeRecord(), [], 0);
    await Promise.all(open.map((given) => given.close()));
    expect(await readSummaries()).toMatchObject({ users: ['amy'], later: [3] });
    expect(await usersAndLoads()).toEqual([monthOf('2024-11', 4, 4)]);
    await summarise();
    expect(await readSummaries()).toMatchObject({ later: [0] });
    expect(await usersAndLoads()).toEqual([monthOf('2024-11', 4, 4)]);
  });

  test('is of no use any more when some of its rows are removed, and others are', async () => {
    await storeLoads(store, [loadOf('amy'), loadOf('bob'), loadOf('amy', october)], utc);
    await summarise();
    const { named } = await readSummaries();
    expect(await store.remove({ users: ['amy'], days: [20_028, 20_058] })).toBe(1);
    await sweep();
    const left = await readSummaries();
    expect(left.batches).toEqual(left.named);
    expect(left.named).toHaveLength(1);
    expect(named).toContain(left.named[0]);
    const expected = [monthOf('2024-10', 1, 1), monthOf('2024-11', 1, 1)];
    expect(sorted((await usersAndLoads()) as object[])).toEqual(expected);
    await summarise();
    expect((await readSummaries()).later).toEqual([0, 0]);
    expect(sorted((await usersAndLoads()) as object[])).toEqual(expected);
  });

  test('comes to nothing when rows are removed while it is made', async () => {
    await storeLoads(store, [loadOf('amy'), loadOf('bob')], utc);
    await summarise(
      (write) => write(),
      async () => {
        expect(await store.remove({ users: ['amy'] })).toBe(1);
      },
    );
    expect((await readSummaries()).named).toEqual([]);
    expect(await usersAndLoads()).toEqual([monthOf('2024-11', 1, 1)]);
    await sweep();
    expect((await readSummaries()).batches).toEqual([]);
  });

  test('is waited for by who forgets somebody while it is made, and is gone with him', async () => {
    await storeLoads(store, [loadOf('amy'), loadOf('bob')], utc);
    let forgetting: Promise<number> = Promise.resolve(0);
    await summarise(async (write) => {
      forgetting = store.forgetUser('amy', false);
      await waitUntil(async () => (await store.count({})) === 1, 'it is decided');
      await write();
    });
    expect(await forgetting).toBe(1);
    expect(await readSummaries()).toMatchObject({ users: [], named: [] });
    expect(await usersAndLoads()).toEqual([monthOf('2024-11', 1, 1)]);
  });

  test('does not tell any more of who is forgotten, on no server', async () => {
    await storeLoads(store, [loadOf('amy'), loadOf('bob'), loadOf('amy', october)], utc);
    await summarise();
    expect((await readSummaries()).users).toEqual(['amy', 'bob']);
    expect(await store.forgetUser('amy', false)).toBe(2);
    expect((await readSummaries()).users).not.toContain('amy');
    expect(await usersAndLoads()).toEqual([monthOf('2024-11', 1, 1)]);
    await summarise();
    const { later, named, users } = await readSummaries();
    expect({ later, users }).toEqual({ later: [0], users: ['bob'] });
    expect(named).toHaveLength(1);
  });

  test('is made by one at a time', async () => {
    await storeLoads(store, [loadOf('amy'), loadOf('bob', october)], utc);
    await summarise(async (write) => {
      await summarise();
      expect(await readSummaries()).toMatchObject({ batches: [], named: [] });
      await write();
    });
    expect((await readSummaries()).named).toHaveLength(1);
  });

  const only =
    (condition: string) =>
    (sql: string): string =>
      `${sql} HAVING ${condition}`;

  test.each<[string, (write: Write) => Promise<void>]>([
    [
      'of which the answer is lost',
      async (write) => {
        await write();
        throw new Error('socket hang up');
      },
    ],
    ['that is not made at all', async () => {}],
    ['that lacks a user', (write) => write(only("k0 != 'amy'"))],
    [
      'that brings one row twice',
      async (write) => {
        await write();
        await write(only("k3 = '/b'"));
      },
    ],
    [
      'that brings one row twice, and another one not at all',
      async (write) => {
        await write(only("k3 != '/c'"));
        await write(only("k3 = '/b'"));
      },
    ],
  ])('with an insert %s comes to nothing, and the next one is whole', async (_, instead) => {
    const paths = ['/a', '/b', '/c'].map((path) => loadOf('bob', november, { path }));
    await storeLoads(store, [loadOf('amy'), ...paths], utc);
    let isTried = false;
    await summarise(async (write) => {
      isTried = true;
      await instead(write);
    });
    expect(isTried).toBe(true);
    expect((await readSummaries()).named).toEqual([]);
    expect(await usersAndLoads()).toEqual([monthOf('2024-11', 2, 4)]);
    await summarise();
    expect((await readSummaries()).named).toHaveLength(1);
    expect(await usersAndLoads()).toEqual([monthOf('2024-11', 2, 4)]);
  });

  test('that is killed half-way is passed over, and made by the next one', async () => {
    await storeLoads(store, [loadOf('amy'), loadOf('bob')], utc);
    const child = spawn(process.execPath, ['--input-type=module', '-e', halfway, JSON.stringify(target)], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    expect(await readSummaries()).toMatchObject({ users: ['amy', 'bob'], named: [] });
    expect(await usersAndLoads()).toEqual([monthOf('2024-11', 2, 2)]);
    await summarise();
    await sweep();
    const { batches, named } = await readSummaries();
    expect(batches).toEqual(named);
    expect(named).toHaveLength(1);
    expect(await usersAndLoads()).toEqual([monthOf('2024-11', 2, 2)]);
  });

  test('that has been replaced and dropped is missed by who still asks for it, not taken for empty', async () => {
    await storeLoads(store, [loadOf('amy'), loadOf('amy', october)], utc);
    await summarise();
    const former = store.atOnce(async (held) => {
      expect(await usersAndLoads(held)).toHaveLength(2);
      await storeLoads(store, [loadOf('bob'), loadOf('bob', october)], utc);
      await summarise();
      await sweep();
      return usersAndLoads(held);
    });
    await expect(former).rejects.toMatchObject({ code: 'STORE_BUSY' });
  });

  test('is made after an import that has brought enough, and whether it can be made is of no matter to that', async () => {
    const eager = await openTestStore(target, utc, eagerSummaries);
    expect(await storeLoads(eager, [loadOf('amy')], utc)).toEqual({ newRows: 1, cut: 0 });
    expect(await readSummaries()).toMatchObject({ users: ['amy'], later: [0] });
    await storeLoads(store, [loadOf('bob')], utc);
    expect(await readSummaries()).toMatchObject({ users: ['amy'], later: [1] });
    for (const port of inject('clickhouse').ports) {
      const body = `DROP TABLE ${target.database}.modtally_usage_months`;
      await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body });
    }
    expect(await storeLoads(eager, [loadOf('cyd')], utc)).toEqual({ newRows: 1, cut: 0 });
    expect(await store.count({})).toBe(3);
  });
});

/** Summarises a month, tells when its rows are written, and stays there. */
const halfway = `
  import { ClickhouseConnection } from './dist/store/clickhouse/clickhouse-connection.js';
  import { Decisions } from './dist/store/clickhouse/decisions.js';
  import { summariseOn } from './dist/store/clickhouse/summaries.js';
  class Halfway extends ClickhouseConnection {
    async run(statement, settings) {
      await super.run(statement, settings);
      if (!/INSERT INTO \\S+modtally_usage_months/.test(statement.sql)) return;
      console.log('written');
      await new Promise(() => setInterval(() => {}, 1000));
    }
  }
  const connection = new Halfway(JSON.parse(process.argv[1]));
  const rule = { leastRows: 0, pauseMs: 0 };
  await summariseOn(connection, new Decisions(connection), { rule, waitMs: 20_000, forMs: 0 });
`;
