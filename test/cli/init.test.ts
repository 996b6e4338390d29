import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createLmodDatabase, insertAsLmod } from '../support/lmod-table.ts';
import { databaseOf, newSite, runSql } from '../support/site.ts';
import { storeKinds } from '../support/stores.ts';

describe.each(storeKinds)('modtally init on %s', (kind) => {
  test('makes the store, and says so; a second time there is nothing to do', async () => {
    const site = newSite(kind);
    const first = await site.do('modtally', ['init']);
    expect(first.stdout).toBe('');
    expect(first.stderr).toBe(`${site.url} was made\n`);
    expect((await site.do('modtally', ['init'])).stderr).toBe(`${site.url} is up to date\n`);
    expect((await site.do('modtally', ['init', '--quiet'])).stderr).toBe('');
    expect(JSON.parse((await site.do('modtally', ['report', 'counts', '--format', 'json'])).stdout)).toEqual([]);
  });
});

test('the embedded store is not for everybody on the machine to read', async () => {
  const site = newSite('duckdb');
  await site.do('modtally', ['init', '--store', 'duckdb:deep/down/usage.duckdb']);
  expect(statSync(join(site.folder, 'deep/down/usage.duckdb')).mode & 0o007).toBe(0);
});

test("a table of Lmod's is brought up to date, its rows kept", async () => {
  const site = newSite('mysql');
  const database = databaseOf(site);
  await createLmodDatabase(database);
  await insertAsLmod(database, [['alice', 'gcc/12.2', '/apps/gcc/12.2.lua', 'ls6', '2024-10-01 08:00:00']]);
  await site.do('modtally', ['init']);
  expect(await runSql('SELECT user, loads, tally_day FROM moduleT', database)).toEqual([['alice', 1, null]]);
});
