import { expect, test } from 'vitest';
import { createSiteZone } from '../../src/core/site-zone.ts';
import { createLmodDatabase, insertAsLmod, type LmodRow } from '../support/lmod-table.ts';
import { makeModule } from '../support/make-catalogue.ts';
import { makeLoad, storeLoads } from '../support/make-loads.ts';
import { newDatabase, newTarget, openTestStore } from '../support/stores.ts';
import { readUsageRows, rowsOf } from '../support/usage-rows.ts';
import { testStore } from './store-contract.ts';

testStore(() => newTarget('mysql'));

const chicago = createSiteZone('America/Chicago');
const byLmod: LmodRow = ['lmod', 'm', '/p', 'ls6', '2024-11-03 23:30:00'];
const rowByLmod = {
  user: 'lmod',
  module: 'm',
  path: '/p',
  syshost: 'ls6',
  day: 20_030,
  group: null,
  first: Date.parse('2024-11-04T05:30:00Z') / 1000,
  last: Date.parse('2024-11-04T05:30:00Z') / 1000,
  loads: 1,
  direct: 0,
  dependency: 0,
  jobs: 0,
  host: null,
  jobid: null,
};

test('rows that Lmod has written are handed out by their local time, before and after our columns are there', async () => {
  const target = newDatabase();
  await createLmodDatabase(target.database);
  await insertAsLmod(target.database, [byLmod]);
  const store = await openTestStore(target, chicago);
  expect(await readUsageRows(store)).toEqual([rowByLmod]);
  await store.prepare();
  expect(await readUsageRows(store)).toEqual([rowByLmod]);
});

test('a database that only Lmod has written to has no catalogue, and takes one in once it is prepared', async () => {
  const target = newDatabase();
  await createLmodDatabase(target.database);
  const store = await openTestStore(target, chicago);
  expect(await store.readCatalogues()).toEqual([]);
  await store.prepare();
  expect(await store.addSnapshot({ syshost: 'ls6', day: 1, modules: [makeModule()] })).toBe(true);
  expect(await store.readCatalogues()).toHaveLength(1);
});

test('a row that Lmod adds while others are being archived is neither archived nor removed', async () => {
  const target = newDatabase();
  const store = await openTestStore(target, chicago);
  await store.prepare();
  await storeLoads(store, [makeLoad()], chicago);
  const removed = await store.remove({}, async (rows) => {
    expect(await rowsOf(rows)).toHaveLength(1);
    await insertAsLmod(target.database, [byLmod]);
  });
  expect(removed).toBe(1);
  expect(await readUsageRows(store)).toEqual([rowByLmod]);
});
