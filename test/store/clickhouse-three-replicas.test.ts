import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createSiteZone } from '../../src/core/site-zone.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import type { ClickhouseTarget } from '../../src/store/store-target.ts';
import { type ClickhouseCluster, clusterName, startCluster } from '../support/clickhouse-cluster.ts';
import { killParts } from '../support/kill-parts.ts';
import { makeLoad, storeLoads } from '../support/make-loads.ts';
import { newClickhouseTarget, openTestStore } from '../support/stores.ts';
import { waitUntil } from '../support/wait-until.ts';

const utc = createSiteZone('UTC');
let cluster: ClickhouseCluster;

beforeAll(async () => {
  cluster = await startCluster(1, 3);
});
afterAll(() => cluster.stop());

/** The store as somebody knows it who was told of some of its servers. */
async function openBy(target: ClickhouseTarget, ...places: readonly number[]): Promise<Store> {
  return openTestStore({ ...target, hosts: target.hosts.filter((_, at) => places.includes(at)) });
}

async function newStore(): Promise<{ readonly target: ClickhouseTarget; readonly store: Store }> {
  const target = newClickhouseTarget(
    cluster.nodes.map(({ port }) => port),
    clusterName,
  );
  const store = await openTestStore(target);
  await store.prepare();
  return { target, store };
}

/** Waits until a store tells of so many rows, and fails where it tells of another number before. */
async function waitForRows(store: Store, rows: number): Promise<void> {
  await waitUntil(async () => {
    const answer = await store.count({}).catch((error: unknown) => error);
    if (!(answer instanceof Error)) expect(answer).toBe(rows);
    return answer === rows;
  }, 'the store answers');
}

test('of three replicas one may be away: imports go on, and no server tells of a part when it is back', async () => {
  const { target, store } = await newStore();
  let imported = 0;
  const importSome = async (by: Store): Promise<void> => {
    for (let number = 0; number < 2; number++, imported++) {
      expect(await storeLoads(by, [makeLoad({ user: `user${imported}` })], utc)).toMatchObject({ newRows: 1 });
    }
  };
  await importSome(store);
  for (const [away, others] of [
    [2, [0, 1]],
    [0, [1, 2]],
  ] as const) {
    const node = cluster.nodes[away];
    const { restart } = await killParts(cluster, node);
    await importSome(await openBy(target, ...others));
    for (const other of others) expect(await (await openBy(target, other)).count({})).toBe(imported);
    const isBack = restart();
    // It answers from others, or by itself, or that it cannot; never without what was imported meanwhile.
    await waitForRows(await openBy(target, away), imported);
    await isBack;
  }
  await importSome(store);
  expect(await store.select({ by: [], measures: ['users', 'loads'], filter: {} })).toEqual([
    { users: imported, loads: imported },
  ]);
});

test('a replica that has the last of the rows and lacks others tells nothing by itself', async () => {
  const { target, store } = await newStore();
  const [first, second, third] = cluster.nodes;
  const fetches = (what: 'START' | 'STOP'): Promise<string> | undefined =>
    third?.sql(`SYSTEM ${what} FETCHES ${target.database}.modtally_usage`);
  await fetches('STOP');
  await storeLoads(await openBy(target, 0), [makeLoad({ user: 'amy' })], utc);
  await storeLoads(await openBy(target, 2), [makeLoad({ user: 'bob' })], utc);
  const alone = await openBy(target, 2);
  expect(await alone.count({})).toBe(2);
  const { restart } = await killParts(cluster, first, second);
  await expect(alone.count({})).rejects.toMatchObject({
    code: 'STORE_UNREACHABLE',
    hint: expect.stringContaining('lack rows'),
  });
  await fetches('START');
  await restart();
  expect(await store.count({})).toBe(2);
});

test('replicas that wait for what died with another are right as soon as they know that', async () => {
  const { target, store } = await newStore();
  await storeLoads(store, [makeLoad({ user: 'amy' })], utc);
  const [first, ...others] = cluster.nodes;
  const fetches = (what: 'START' | 'STOP'): Promise<string[]> =>
    Promise.all(others.map((node) => node.sql(`SYSTEM ${what} FETCHES ${target.database}.modtally_usage`)));
  await fetches('STOP');
  const impatient = await openStore({ ...target, hosts: target.hosts.slice(0, 1) }, { waitMs: 1000, zone: utc });
  onTestFinished(() => impatient.close());
  await expect(storeLoads(impatient, [makeLoad({ user: 'bob' })], utc)).rejects.toMatchObject({ name: 'AppError' });
  const { restart } = await killParts(cluster, first);
  await fetches('START');
  await waitForRows(await openBy(target, 1, 2), 1);
  await restart();
  expect(await storeLoads(store, [makeLoad({ user: 'bob' })], utc)).toMatchObject({ newRows: 1 });
  expect(await store.count({})).toBe(2);
});
