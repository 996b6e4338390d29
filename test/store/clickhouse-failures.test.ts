import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { createSiteZone } from '../../src/core/site-zone.ts';
import type { UsageBatch } from '../../src/core/usage-batch.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { CommitResult, Store, StoreImport } from '../../src/store/store.ts';
import type { ClickhouseTarget } from '../../src/store/store-target.ts';
import {
  type ClickhouseCluster,
  type ClickhouseNode,
  type ClusterPart,
  clusterName,
  startCluster,
} from '../support/clickhouse-cluster.ts';
import { killParts } from '../support/kill-parts.ts';
import { makeLoad, makeRecord, storeLoads } from '../support/make-loads.ts';
import { newClickhouseTarget, openTestStore } from '../support/stores.ts';

const utc = createSiteZone('UTC');
/** More than an import holds back: that many are sent when they are added. */
const ROWS = 400_001;
const USERS = 1000;

let cluster: ClickhouseCluster;
let target: ClickhouseTarget;
let store: Store;

beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster.stop());

beforeEach(async () => {
  target = newClickhouseTarget(
    cluster.nodes.map(({ port }) => port),
    clusterName,
  );
  store = await openTestStore(target);
  await store.prepare();
});

function nodeAt(place: number): ClickhouseNode {
  const node = cluster.nodes[place];
  if (node === undefined) throw new RangeError('the cluster has no such node');
  return node;
}

const kill = (...parts: readonly (ClusterPart | null)[]): ReturnType<typeof killParts> => killParts(cluster, ...parts);

/** The same store for somebody who does not wait for long. */
async function openImpatient(): Promise<Store> {
  const opened = await openStore(target, { waitMs: 2000, zone: utc });
  onTestFinished(() => opened.close());
  return opened;
}

/** Tallies of many users on one day. */
function manyTallies(): UsageBatch {
  const users = Array.from({ length: USERS }, (_, at) => `user${at}`);
  const modulefiles = Array.from({ length: Math.ceil(ROWS / USERS) }, (_, at) => ({
    syshost: 'ls6',
    module: `m/${at}`,
    path: `/apps/m/${at}`,
  }));
  const numbers = (value: (row: number) => number): Float64Array =>
    Float64Array.from({ length: ROWS }, (_, row) => value(row));
  return {
    vocabulary: { users, modulefiles, groups: [] },
    length: ROWS,
    day: Int32Array.from(numbers(() => 20_038)),
    user: Int32Array.from(numbers((row) => row % USERS)),
    modulefile: Int32Array.from(numbers((row) => Math.floor(row / USERS))),
    first: numbers((row) => 20_038 * 86_400 + (row % 86_400)),
    last: numbers((row) => 20_038 * 86_400 + (row % 86_400)),
    loads: numbers(() => 2),
    direct: numbers(() => 1),
    dependency: numbers(() => 0),
    jobs: numbers(() => 0),
    group: new Int32Array(ROWS).fill(-1),
    detail: null,
  };
}

/** An import that has sent its rows and not committed them. */
async function sendTallies(into: Store): Promise<StoreImport> {
  const sending = await into.openImport();
  onTestFinished(() => sending.close());
  await sending.add(manyTallies(), 0);
  return sending;
}

const commit = (sending: StoreImport): Promise<CommitResult | 'conflict'> => sending.commit(makeRecord(), [], 0);

async function importAll(): Promise<CommitResult | 'conflict'> {
  const sending = await sendTallies(store);
  return commit(sending);
}

const totals = async (of: Store = store): Promise<object[]> =>
  of.select({ by: [], measures: ['users', 'loads', 'direct'], filter: {} });

const once = [{ users: USERS, loads: 2 * ROWS, direct: ROWS }];

describe('an import', () => {
  test('whose replica is killed between its rows and its commit is stored whole, and once', async () => {
    const sending = await sendTallies(store);
    expect(await totals()).toEqual([]);
    const { restart } = await kill(nodeAt(0));
    // What is counted is on the other replica, too; what is decided needs one server and ZooKeeper.
    const committing = commit(sending);
    await restart();
    expect(await committing).toEqual({ newRows: ROWS });
    expect(await totals()).toEqual(once);
  });

  test('with a replica away fails whole, while reports go on, and is made again when it is back', async () => {
    await storeLoads(store, [makeLoad()], utc);
    const { restart } = await kill(nodeAt(1));
    const impatient = await openImpatient();
    const sending = await impatient.openImport();
    await expect(sending.add(manyTallies(), 0)).rejects.toMatchObject({
      code: 'STORE_UNREACHABLE',
      hint: expect.stringContaining('replicas'),
    });
    await sending.close();
    expect(await totals(impatient)).toEqual([{ users: 1, loads: 1, direct: 0 }]);
    await restart();
    expect(await importAll()).toEqual({ newRows: ROWS });
    expect(await totals()).toEqual([{ users: USERS + 1, loads: 2 * ROWS + 1, direct: ROWS }]);
  });

  test('waits for a replica that comes back in time', async () => {
    const { restart } = await kill(nodeAt(2));
    const importing = importAll();
    await restart();
    expect(await importing).toEqual({ newRows: ROWS });
    expect(await totals()).toEqual(once);
  });

  test('with a shard away fails whole, and is made again when it is back', async () => {
    const impatient = await openImpatient();
    const sending = await sendTallies(impatient);
    const { restart } = await kill(nodeAt(2), nodeAt(3));
    await expect(commit(sending)).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
    await sending.close();
    await restart();
    expect(await totals()).toEqual([]);
    expect(await importAll()).toEqual({ newRows: ROWS });
    expect(await totals()).toEqual(once);
  });

  test('goes on when ZooKeeper is started again', async () => {
    const sending = await sendTallies(store);
    const { restart } = await kill(cluster.zookeeper);
    const committing = commit(sending);
    await restart();
    expect(await committing).toEqual({ newRows: ROWS });
    expect(await totals()).toEqual(once);
  });
});

describe('a report', () => {
  test('is whole with a replica of each shard away, whichever server the URL names first', async () => {
    expect(await importAll()).toEqual({ newRows: ROWS });
    for (const [one, other] of [
      [0, 3],
      [1, 2],
    ] as const) {
      const { restart } = await kill(nodeAt(one), nodeAt(other));
      expect(await totals(await openImpatient())).toEqual(once);
      await restart();
    }
  });

  test('fails with a shard away, and never tells of the other one alone', async () => {
    expect(await importAll()).toEqual({ newRows: ROWS });
    for (const shard of [
      [0, 1],
      [2, 3],
    ]) {
      const { restart } = await kill(...shard.map(nodeAt));
      const impatient = await openImpatient();
      const lost = { code: 'STORE_UNREACHABLE', hint: expect.stringContaining('shard') };
      await expect(totals(impatient)).rejects.toMatchObject(lost);
      await expect(impatient.count({})).rejects.toMatchObject(lost);
      await expect(impatient.readRows({}, async (rows) => rows[Symbol.asyncIterator]().next())).rejects.toMatchObject(
        lost,
      );
      await restart();
    }
    expect(await totals()).toEqual(once);
  });
});

test('a user who is forgotten while a replica is away counts no more, and is told to be on its disk still', async () => {
  await storeLoads(store, [makeLoad({ user: 'amy' }), makeLoad({ user: 'bob' })], utc);
  const { restart } = await kill(nodeAt(1), nodeAt(3));
  const impatient = await openImpatient();
  await expect(impatient.forgetUser('amy', false)).rejects.toMatchObject({
    code: 'STORE_BUSY',
    message: expect.stringContaining('still on the disks'),
  });
  expect(await impatient.select({ by: ['user'], measures: [], filter: {} })).toEqual([{ user: 'bob' }]);
  await restart();
  expect(await store.forgetUser('amy', false)).toBe(0);
  const left = await Promise.all(
    cluster.nodes.map((node) => node.sql(`SELECT count() FROM ${target.database}.modtally_usage WHERE user = 'amy'`)),
  );
  expect(left).toEqual(['0\n', '0\n', '0\n', '0\n']);
});

test('imports that are made at once by several, through several servers, all count, and once', async () => {
  const importers = await Promise.all(
    cluster.nodes.map(({ port }) => openTestStore({ ...target, hosts: [{ host: '127.0.0.1', port }] })),
  );
  const results = await Promise.all(
    importers.map((importer, at) => storeLoads(importer, [makeLoad(), makeLoad({ user: `own${at}` })], utc)),
  );
  expect(results.map((result) => (result === 'conflict' ? 0 : result.newRows)).sort()).toEqual([1, 1, 1, 2]);
  const [row] = await store.select({ by: [], measures: ['users', 'loads'], filter: {} });
  expect(row).toEqual({ users: 5, loads: 8 });
  expect((await store.readLedger()).revision).toBe(4);
  await store.drop();
  await store.prepare();
  expect(await storeLoads(store, [makeLoad()], utc)).toEqual({ newRows: 1, cut: 0 });
});
