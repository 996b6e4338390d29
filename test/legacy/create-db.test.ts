import { describe, expect, test } from 'vitest';
import { readClassicTable } from '../support/classic-table.ts';
import { databaseOf, newSite, runSql, type Site } from '../support/site.ts';
import { storeKinds } from '../support/stores.ts';
import { logText } from '../support/write-log.ts';

async function users(site: Site): Promise<(string | undefined)[]> {
  const { stdout } = await site.do('analyzeLmodDB', ['usernames']);
  return readClassicTable(stdout).map((cells) => cells.at(-1));
}

describe.each(storeKinds)('createDB on %s', (kind) => {
  test('makes the store, and a second time leaves what is in it', async () => {
    const site = newSite(kind);
    const name = kind === 'mysql' ? 'createDB.py' : 'createDB';
    const first = await site.do(name, []);
    expect(first.stdout).toBe('start\n(1) create moduleT table\n');
    expect(first.stderr).toMatch(/^createDB: (duckdb:|mysql:).* \((default|lmodV2_db\.conf)\)\n$/);
    expect(await users(site)).toEqual([]);
    site.write('log', logText([{ user: 'alice' }]));
    await site.do('store_module_data', ['log']);
    const second = await site.do(name, []);
    expect(second.stdout).toBe('start\n(1) moduleT table exists\n');
    expect(await users(site)).toEqual(['alice']);
  });

  test('--drop removes everything first, so that the same log can be stored anew', async () => {
    const site = newSite(kind);
    site.write('log', logText([{ user: 'alice' }]));
    await site.do('store_module_data', ['log']);
    const { stdout } = await site.do('createDB', ['--drop']);
    expect(stdout).toBe('start\n(1) create moduleT table\n');
    expect(await users(site)).toEqual([]);
    expect((await site.do('store_module_data', ['log'])).stderr).toContain('1 new lines');
    expect(await users(site)).toEqual(['alice']);
  });

  test('--drop is no failure where there is nothing to remove', async () => {
    const site = newSite(kind);
    await site.do('createDB', ['--drop']);
    expect(await users(site)).toEqual([]);
  });
});

test('createDB makes only the table in a database that is there already', async () => {
  const site = newSite('mysql');
  const database = databaseOf(site);
  await runSql(`CREATE DATABASE ${database} CHARACTER SET latin1; CREATE TABLE ${database}.other (n INT)`);
  await site.do('createDB', []);
  const tables = (await runSql(`SHOW TABLES FROM ${database}`)).flat();
  expect(tables).toContain('moduleT');
  expect(tables).toContain('other');
});

test('createDB takes the name of the database from --dbname', async () => {
  const site = newSite('duckdb');
  site.write('mine_db.conf', `[STORE]\nURL = duckdb:${site.folder}/mine.duckdb\n`);
  const { stderr } = await site.do('createDB', ['--dbname', 'mine']);
  expect(stderr).toBe(`createDB: duckdb:${site.folder}/mine.duckdb (mine_db.conf)\n`);
});
