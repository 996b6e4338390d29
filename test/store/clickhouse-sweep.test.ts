import { expect, inject, test } from 'vitest';
import { createSiteZone } from '../../src/core/site-zone.ts';
import { GrowingVocabulary } from '../../src/ingest/growing-vocabulary.ts';
import { createLoadList } from '../../src/ingest/usage-collector.ts';
import type { ClickhouseTarget } from '../../src/store/store-target.ts';
import { clusterName } from '../support/clickhouse-cluster.ts';
import { makeModule } from '../support/make-catalogue.ts';
import { makeLoad, makeRecord, storeLoads } from '../support/make-loads.ts';
import { newClickhouseTarget, openTestStore } from '../support/stores.ts';
import { waitUntil } from '../support/wait-until.ts';

const utc = createSiteZone('UTC');

/** The rows that a server itself has of a user. */
async function rowsOn(port: number, { database }: ClickhouseTarget, user: string): Promise<number> {
  const body = `SELECT count() FROM ${database}.modtally_usage WHERE user = '${user}'`;
  return Number(await (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body })).text());
}

const newTarget = (): ClickhouseTarget => newClickhouseTarget(inject('clickhouse').ports, clusterName);
const months = [9, 10, 11].map((month) => Date.UTC(2024, month, 11, 12) * 1000);

test('a user who is forgotten is on the disk of no server any more, in any month, and the others are', async () => {
  const target = newTarget();
  const store = await openTestStore(target);
  await store.prepare();
  for (const mode of ['tally', 'all'] as const) {
    const loads = months.flatMap((timeUs) => ['amy', 'bob'].map((user) => makeLoad({ user, timeUs })));
    await storeLoads(store, loads, utc, mode);
  }
  expect(await store.forgetUser('amy', false)).toBe(6);
  const left = await Promise.all(inject('clickhouse').ports.map((port) => rowsOn(port, target, 'amy')));
  expect(left).toEqual([0, 0, 0, 0]);
  expect(await store.count({})).toBe(6);
  expect(await store.select({ by: ['user'], measures: ['loads'], filter: {} })).toEqual([{ user: 'bob', loads: 6 }]);
});

test('what an import left behind that came to nothing is gone some imports later', async () => {
  const target = newTarget();
  const store = await openTestStore(target);
  await store.prepare();
  const given = await store.openImport();
  const list = createLoadList(new GrowingVocabulary(), utc);
  for (let number = 0; number < 400_100; number++) list.add(makeLoad({ user: 'lost' }));
  await given.add(list.take(), 0);
  const lost = async (): Promise<number> => {
    const rows = await Promise.all(inject('clickhouse').ports.map((port) => rowsOn(port, target, 'lost')));
    return rows.reduce((sum, count) => sum + count, 0);
  };
  expect(await lost()).toBeGreaterThan(0);
  await given.close();
  await waitUntil(async () => {
    await storeLoads(store, [makeLoad()], utc, 'tally', [], 0, makeRecord());
    return (await lost()) === 0;
  }, 'the rows are gone');
  const [row] = await store.select({ by: [], measures: ['users'], filter: {} });
  expect(row).toEqual({ users: 1 });
});

test('former catalogues go as new ones come', async () => {
  const target = newTarget();
  const store = await openTestStore(target);
  await store.prepare();
  const [port = 0] = inject('clickhouse').ports;
  const former = async (): Promise<string> => {
    const body = `SELECT uniqExact(batch) FROM ${target.database}.modtally_catalogue_snapshots WHERE batch > 0`;
    return (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body })).text();
  };
  for (const day of [1, 2, 3]) await store.addSnapshot({ syshost: 'ls6', day, modules: [makeModule()] });
  expect(Number(await former())).toBe(3);
  await waitUntil(async () => {
    await storeLoads(store, [makeLoad()], utc);
    return Number(await former()) === 1;
  }, 'one is left');
  expect((await store.readCatalogues()).map(({ days }) => days)).toEqual([[1, 2, 3]]);
});

test('a source that breaks when its rows were sent already does not count, and its rows go', async () => {
  const target = newTarget();
  const store = await openTestStore(target);
  await store.prepare();
  const given = await store.openImport();
  const list = createLoadList(new GrowingVocabulary(), utc);
  for (let number = 0; number < 400_100; number++) list.add(makeLoad({ user: 'broken' }));
  await given.add(list.take(), 0);
  await given.discard(0);
  list.add(makeLoad({ user: 'sound' }));
  await given.add(list.take(), 1);
  expect(await given.commit(makeRecord(), [], 0)).toEqual({ newRows: 1 });
  await given.close();
  expect(await store.select({ by: ['user'], measures: ['loads'], filter: {} })).toEqual([{ user: 'sound', loads: 1 }]);
  await waitUntil(async () => {
    await storeLoads(store, [makeLoad()], utc);
    const rows = await Promise.all(inject('clickhouse').ports.map((port) => rowsOn(port, target, 'broken')));
    return rows.every((count) => count === 0);
  }, 'the rows are gone');
  expect(await store.count({})).toBe(2);
});
