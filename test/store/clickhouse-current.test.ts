import { afterAll, beforeAll } from 'vitest';
import { type ChdbServer, startChdb } from '../support/chdb-server.ts';
import { eagerSummaries, newClickhouseTarget } from '../support/stores.ts';
import { testStore } from './store-contract.ts';

let server: ChdbServer;

beforeAll(async () => {
  server = await startChdb();
}, 600_000);
afterAll(() => server.stop());

testStore(() => newClickhouseTarget([server.port], null), 0.15, eagerSummaries);
