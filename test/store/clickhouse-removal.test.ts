import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, inject, onTestFinished, test, vi } from 'vitest';
import { createSiteZone } from '../../src/core/site-zone.ts';
import { GrowingVocabulary } from '../../src/ingest/growing-vocabulary.ts';
import { createLoadList } from '../../src/ingest/usage-collector.ts';
import { ClickhouseConnection } from '../../src/store/clickhouse/clickhouse-connection.ts';
import { Decisions } from '../../src/store/clickhouse/decisions.ts';
import type { Store } from '../../src/store/store.ts';
import type { ClickhouseTarget } from '../../src/store/store-target.ts';
import { clusterName } from '../support/clickhouse-cluster.ts';
import { makeLoad, storeLoads } from '../support/make-loads.ts';
import { newClickhouseTarget, openTestStore } from '../support/stores.ts';
import { waitUntil } from '../support/wait-until.ts';

const utc = createSiteZone('UTC');
const monthsUs = [9, 10, 11].map((month) => Date.UTC(2024, month - 1, 11, 12) * 1000);
const [septemberUs = 0] = monthsUs;
/** The first second of October. */
const october = Date.UTC(2024, 9, 1) / 1000;

afterEach(() => {
  vi.useRealTimers();
});

const newTarget = (): ClickhouseTarget => newClickhouseTarget(inject('clickhouse').ports, clusterName);

/** What each server counts of its own rows. */
async function countOnEach({ hosts, database }: ClickhouseTarget, where: string): Promise<number[]> {
  const body = `SELECT count() FROM ${database}.modtally_usage WHERE ${where}`;
  return Promise.all(
    hosts.map(async ({ port }) => {
      const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body });
      return Number(await answer.text());
    }),
  );
}

async function byMonth(store: Store): Promise<Record<string, number>> {
  const rows = await store.select({ by: ['month'], measures: ['loads'], filter: {} });
  return Object.fromEntries(rows.map(({ month, loads }) => [month, loads]));
}

test.each([
  ['before the servers are told which rows go', true],
  ['right behind that', false],
])('what somebody removes who is killed %s goes all the same, and nothing else', async (_, isBefore) => {
  const target = newTarget();
  const store = await openTestStore(target);
  await store.prepare();
  for (const mode of ['tally', 'all'] as const) {
    const loads = monthsUs.flatMap((timeUs) => ['amy', 'bob', 'cid'].map((user) => makeLoad({ user, timeUs })));
    await storeLoads(store, loads, utc, mode);
  }
  const script = fileURLToPath(new URL('killed-while-removing.js', import.meta.url));
  const given = JSON.stringify({ target, filter: { end: october }, pattern: 'DELETE WHERE', isBefore });
  const child = spawn(process.execPath, [script, given], { stdio: ['ignore', 'inherit', 'inherit'] });
  expect(await new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)))).toBe('SIGKILL');
  expect(await byMonth(store)).toEqual({ '2024-10': 6, '2024-11': 6 });
  const later = makeLoad({ user: 'later', timeUs: septemberUs });
  expect(await storeLoads(store, [later], utc)).toMatchObject({ newRows: 1 });
  await waitUntil(async () => {
    await storeLoads(store, [makeLoad()], utc);
    const left = await countOnEach(target, "batch > 0 AND day < 20000 AND user != 'later'");
    return left.every((count) => count === 0);
  }, 'the rows are on no disk any more');
  expect(await byMonth(store)).toMatchObject({ '2024-09': 1, '2024-10': 6 });
  expect(await store.count({ users: ['later'] })).toBe(1);
});

test('of all that is imported and removed at once while days pass, each row counts or was removed', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const target = newTarget();
  const [first, second, remover] = await Promise.all([1, 2, 3].map(() => openTestStore(target)));
  if (first === undefined || second === undefined || remover === undefined) throw new RangeError('three were opened');
  await first.prepare();
  let imported = 0;
  let isOver = false;
  const importOn = async (store: Store, name: string): Promise<void> => {
    for (let number = 0; !isOver; number++) {
      const loads = monthsUs.map((timeUs) => makeLoad({ user: `${name}${number}`, timeUs }));
      try {
        const result = await storeLoads(store, loads, utc);
        imported += result === 'conflict' ? 0 : result.newRows;
      } catch (error) {
        // One that two days have passed over is taken for dead.
        expect(error).toMatchObject({ code: 'STORE_BUSY' });
      }
    }
  };
  const importing = Promise.all([importOn(first, 'one'), importOn(second, 'two')]);
  let removed = 0;
  try {
    for (let round = 0; round < 5; round++) {
      const before = imported;
      await waitUntil(() => imported > before, 'something more is imported');
      removed += await remover.remove({ end: october });
      if (round === 2) vi.setSystemTime(Date.now() + 2 * 24 * 3_600_000);
    }
  } finally {
    isOver = true;
    await importing;
  }
  expect(removed).toBeGreaterThan(0);
  expect(await first.count({})).toBe(imported - removed);
  removed += await remover.remove({ end: october });
  expect(Object.keys(await byMonth(first)).sort()).toEqual(['2024-10', '2024-11']);
  expect(await first.count({})).toBe(imported - removed);
});

test('the numbers of failed imports are forgotten when they are many, a week old, and no server has rows of them', async () => {
  const target = newTarget();
  const store = await openTestStore(target);
  await store.prepare();
  await storeLoads(store, [makeLoad()], utc);
  const connection = new ClickhouseConnection(target);
  onTestFinished(() => connection.close());
  const decisions = new Decisions(connection);
  const today = Math.floor(Date.now() / 86_400_000);
  const failed = Array.from({ length: 1200 }, (_, at) => 100 + 2 * at);
  await decisions.decide(0, () => ({
    lastBatch: 3000,
    void: [
      { day: today - 9, batches: failed },
      { day: today - 1, batches: [2999] },
    ],
  }));
  // Of one of them rows have come after its others were swept.
  await connection.run(
    `INSERT INTO ${target.database}.modtally_usage_all (batch, is_tally, day, user, path, first, loads)
     SELECT 102, 1, 20038, concat('late', toString(number)), '/p', 1731326400, 1 FROM numbers(50)`,
    { insert_quorum: '2', insert_distributed_sync: '1' },
  );
  expect(await store.count({})).toBe(1);
  await waitUntil(async () => {
    await storeLoads(store, [makeLoad()], utc);
    expect(await store.count({})).toBe(1);
    return (await decisions.read()).forgotten > 0;
  }, 'they are forgotten');
  expect(await decisions.read()).toMatchObject({ forgotten: 2498, void: [{ day: today - 1, batches: [2999] }] });
  expect(await countOnEach(target, "user LIKE 'late%'")).toEqual([0, 0, 0, 0]);
  expect(await store.count({})).toBe(1);
});

test('an import that fails before it has sent anything leaves nothing behind', async () => {
  const target = newTarget();
  const store = await openTestStore(target);
  await store.prepare();
  const connection = new ClickhouseConnection(target);
  onTestFinished(() => connection.close());
  const decisions = new Decisions(connection);
  const sending = await store.openImport();
  const list = createLoadList(new GrowingVocabulary(), utc);
  list.add(makeLoad());
  await sending.add(list.take(), 0);
  expect(await decisions.read()).toMatchObject({ lastBatch: 1, open: [{ batch: 1 }] });
  await sending.close();
  expect(await decisions.read()).toMatchObject({ lastBatch: 1, open: [], void: [], unswept: [] });
});
