import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSiteZone } from '../../src/core/site-zone.ts';
import type { Store } from '../../src/store/store.ts';
import type { ClickhouseTarget } from '../../src/store/store-target.ts';
import { type ClickhouseCluster, clusterName, startCluster } from '../support/clickhouse-cluster.ts';
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

test('of three replicas one may be away: imports go on, and no server tells of a part when it is back', async () => {
  const target = newClickhouseTarget(
    cluster.nodes.map(({ port }) => port),
    clusterName,
  );
  const store = await openTestStore(target);
  await store.prepare();
  let imported = 0;
  const importSome = async (by: Store): Promise<void> => {
    for (let number = 0; number < 5; number++, imported++) {
      expect(await storeLoads(by, [makeLoad({ user: `user${imported}` })], utc)).toMatchObject({ newRows: 1 });
    }
  };
  await importSome(store);
  for (const [away, others] of [
    [2, [0, 1]],
    [0, [1, 2]],
  ] as const) {
    const node = cluster.nodes[away];
    await node?.kill();
    await importSome(await openBy(target, ...others));
    for (const other of others) expect(await (await openBy(target, other)).count({})).toBe(imported);
    await node?.start();
    // It answers from others, or by itself, or that it cannot; never without what was imported meanwhile.
    const alone = await openBy(target, away);
    await waitUntil(async () => {
      const answer = await alone.count({}).catch((error: unknown) => error);
      if (!(answer instanceof Error)) expect(answer).toBe(imported);
      return answer === imported;
    }, 'it answers again');
  }
  await cluster.settle();
  await importSome(store);
  expect(await store.select({ by: [], measures: ['users', 'loads'], filter: {} })).toEqual([
    { users: imported, loads: imported },
  ]);
});
