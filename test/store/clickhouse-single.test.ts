import { afterAll, beforeAll } from 'vitest';
import { type ClickhouseCluster, startSingle } from '../support/clickhouse-cluster.ts';
import { eagerSummaries, newClickhouseTarget } from '../support/stores.ts';
import { testStore } from './store-contract.ts';

let server: ClickhouseCluster;

beforeAll(async () => {
  server = await startSingle();
});
afterAll(() => server.stop());

testStore(
  () =>
    newClickhouseTarget(
      server.nodes.map(({ port }) => port),
      null,
    ),
  0.15,
  eagerSummaries,
);
