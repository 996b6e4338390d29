import { describe, expect, test } from 'vitest';
import { readClassicTable } from '../support/classic-table.ts';
import { createLmodDatabase, insertAsLmod, type LmodRow } from '../support/lmod-table.ts';
import { databaseOf, newSite, runSql, type Site } from '../support/site.ts';
import { logText } from '../support/write-log.ts';

const lmodRows: LmodRow[] = [
  ['alice', 'gcc/12.2', '/apps/gcc/12.2.lua', 'ls6', '2024-10-01 08:00:00'],
  ['bob', 'gcc/12.2', '/apps/gcc/12.2.lua', 'ls6', '2024-10-02 09:30:00'],
  ['bob', 'R/4.0', '/apps/R/4.0.lua', 'frontera', '2024-10-03 10:00:00'],
];

const lmodColumns = 'user, module, path, syshost, date';

describe("a table as Lmod's createDB.py made it", () => {
  test('is read by the reports as it is, without a change to it', async () => {
    const { site, database } = await lmodSite();
    const before = await describeTable(database);
    expect(await counts(site)).toEqual([
      ['/apps/gcc/12.2.lua', 'ls6', '2'],
      ['/apps/R/4.0.lua', 'frontera', '1'],
    ]);
    expect(await json(site, ['counts', '--pattern', '%gcc%'])).toEqual([
      {
        path: '/apps/gcc/12.2.lua',
        module: 'gcc/12.2',
        syshosts: ['ls6'],
        users: 2,
        loads: 2,
        first: '2024-10-01T08:00:00-05:00',
        last: '2024-10-02T09:30:00-05:00',
      },
    ]);
    expect(await counts(site, ['--start', '2024-10-02 09:30', '--end', '2024-10-03 10:00:00'])).toEqual([
      ['/apps/gcc/12.2.lua', 'ls6', '1'],
    ]);
    const { stdout } = await site.do('analyzeLmodDB', ['--sqlPattern', 'BOB', 'modules_used_by']);
    expect(readClassicTable(stdout)).toEqual([
      ['/apps/R/4.0.lua', 'frontera', 'bob'],
      ['/apps/gcc/12.2.lua', 'ls6', 'bob'],
    ]);
    expect(await describeTable(database)).toEqual(before);
  });

  test('is left as it is by createDB', async () => {
    const { site, database } = await lmodSite();
    const before = await describeTable(database);
    const { stdout } = await site.do('createDB', []);
    expect(stdout).toContain('exists');
    expect(await describeTable(database)).toEqual(before);
    expect(await rowsOf(database)).toEqual(lmodRows);
  });

  test('is pruned by its own dates', async () => {
    const { site, database } = await lmodSite();
    const { stdout } = await site.do('delete_old_records', ['--end', '2024-10-02 09:30:00', '--yes']);
    expect(stdout).toContain('1 record(s) deleted');
    expect(await rowsOf(database)).toEqual(lmodRows.slice(1));
  });

  test("is taken over by an import: Lmod's rows stay, ours join them, and Lmod's INSERT goes on working", async () => {
    const { site, database } = await lmodSite();
    site.write(
      'log',
      logText([
        { user: 'carol', time: '2024-11-11T18:00:00Z' },
        { user: 'carol', time: '2024-11-11T19:00:00Z' },
        { user: 'alice', time: '2024-11-11T18:00:00Z' },
      ]),
    );
    await site.do('store_module_data', ['log']);
    const ours: LmodRow[] = [
      ['alice', 'gcc/12.2', '/apps/gcc/12.2.lua', 'ls6', '2024-11-11 12:00:00'],
      ['carol', 'gcc/12.2', '/apps/gcc/12.2.lua', 'ls6', '2024-11-11 12:00:00'],
    ];
    expect(await rowsOf(database)).toEqual([...lmodRows, ...ours]);
    const late: LmodRow = ['dave', 'gcc/12.2', '/apps/gcc/12.2.lua', 'ls6', '2024-11-12 01:02:03'];
    await insertAsLmod(database, [late]);
    await insertAsLmod(database, [late]);
    expect(await rowsOf(database)).toEqual([...lmodRows, ...ours, late, late]);
    expect(await json(site, ['counts', '--pattern', '%gcc%'])).toEqual([
      expect.objectContaining({
        users: 4,
        loads: 7,
        first: '2024-10-01T08:00:00-05:00',
        last: '2024-11-12T01:02:03-06:00',
      }),
    ]);
    expect((await site.do('store_module_data', ['log'])).stderr).toContain(' 0 new lines');
    expect(await rowsOf(database)).toHaveLength(7);
  });

  test('has what is too long for it cut to fit, and counted', async () => {
    const { site, database } = await lmodSite();
    const user = 'u'.repeat(70);
    const module = `${'m'.repeat(80)}/1.0`;
    const host = `c1.${'s'.repeat(40)}.edu`;
    site.write(
      'log',
      logText([
        { user, module, host, path: `/apps/${'p'.repeat(1100)}` },
        { user, module, host },
      ]),
    );
    const { stderr } = await site.do('store_module_data', ['log']);
    // The user; module and cluster of both modulefiles; a path.
    expect(stderr).toMatch(/cut +6 values too long for their column/);
    const [longPath, shortPath] = await runSql(
      "SELECT user, module, syshost, LENGTH(path) FROM moduleT WHERE user LIKE 'uu%' ORDER BY LENGTH(path) DESC",
      database,
    );
    expect(longPath).toEqual(['u'.repeat(64), 'm'.repeat(64), 's'.repeat(32), 1024]);
    expect(shortPath?.slice(0, 3)).toEqual(['u'.repeat(64), 'm'.repeat(64), 's'.repeat(32)]);
    expect((await site.do('store_module_data', ['log'])).stderr).toContain(' 0 new lines');
    // Names that differ only behind the cut are one name from then on.
    site.write('more', logText([{ user: `${user}x`, module, host, time: '2024-11-11T20:00:00Z' }]));
    expect((await site.do('store_module_data', ['more'])).stderr).toMatch(/loads +1, in 0 new rows/);
  });

  test('cannot hold characters beyond the basic plane: they are changed and counted, not lost', async () => {
    const { site, database } = await lmodSite();
    site.write('log', logText([{ user: 'zoë', module: '😀/1.0', path: '/apps/日本.lua' }]));
    const { stderr } = await site.do('store_module_data', ['log']);
    expect(stderr).toMatch(/cut +1 /);
    expect((await rowsOf(database)).at(-1)?.slice(0, 3)).toEqual(['zoë', '\uFFFD/1.0', '/apps/日本.lua']);
  });
});

describe('a table that modtally made', () => {
  test("takes Lmod's own INSERT, and reports count its rows", async () => {
    const site = newSite('mysql', 'America/Chicago');
    const database = databaseOf(site);
    await site.do('createDB', []);
    await insertAsLmod(database, lmodRows);
    expect(await counts(site)).toEqual([
      ['/apps/gcc/12.2.lua', 'ls6', '2'],
      ['/apps/R/4.0.lua', 'frontera', '1'],
    ]);
    expect(await json(site, ['usernames', '--user', 'bob', '--pattern', '%R%'])).toEqual([
      expect.objectContaining({ user: 'bob', loads: 1, first: '2024-10-03T10:00:00-05:00' }),
    ]);
  });

  test('has the columns and the index of Lmod, with room for 255 characters', async () => {
    const site = newSite('mysql');
    await site.do('createDB', []);
    const columns = await runSql(
      `SELECT column_name, column_type, extra FROM information_schema.columns
       WHERE table_schema = '${databaseOf(site)}' AND table_name = 'moduleT' ORDER BY ordinal_position LIMIT 6`,
    );
    expect(columns).toEqual([
      ['id', 'int(11) unsigned', 'auto_increment'],
      ['user', 'varchar(255)', ''],
      ['path', 'varchar(1024)', ''],
      ['module', 'varchar(255)', ''],
      ['syshost', 'varchar(255)', ''],
      ['date', 'datetime', ''],
    ]);
    const required = await runSql(
      `SELECT column_name FROM information_schema.columns WHERE table_schema = '${databaseOf(site)}'
       AND table_name = 'moduleT' AND ordinal_position > 6 AND is_nullable = 'NO' AND column_default IS NULL`,
    );
    expect(required).toEqual([]);
    const index = await runSql(
      `SELECT column_name, sub_part FROM information_schema.statistics
       WHERE table_schema = '${databaseOf(site)}' AND index_name = 'thekey' ORDER BY seq_in_index`,
    );
    expect(index).toEqual([
      ['path', 128],
      ['syshost', null],
    ]);
    const tables = await runSql(
      `SHOW TABLES FROM ${databaseOf(site)} WHERE Tables_in_${databaseOf(site)} != 'moduleT'`,
    );
    for (const [name] of tables) expect(name).toMatch(/^modtally_/);
  });

  test('holds two modules whose names differ in letter case only, as two', async () => {
    const site = newSite('mysql');
    site.write('log', logText([{ module: 'R/4.0' }, { module: 'r/4.0' }]));
    await site.do('store_module_data', ['log']);
    expect(await counts(site, ['--sqlPattern', '/APPS/R/%'])).toEqual([
      ['/apps/r/4.0.lua', 'ls6', '1'],
      ['/apps/R/4.0.lua', 'ls6', '1'],
    ]);
  });
});

async function lmodSite(): Promise<{ site: Site; database: string }> {
  const site = newSite('mysql', 'America/Chicago');
  const database = databaseOf(site);
  await createLmodDatabase(database);
  await insertAsLmod(database, lmodRows);
  return { site, database };
}

async function describeTable(database: string): Promise<unknown[][]> {
  return [...(await runSql('SHOW CREATE TABLE moduleT', database)), ...(await runSql('SHOW TABLES', database))];
}

async function rowsOf(database: string): Promise<unknown[][]> {
  return runSql(`SELECT ${lmodColumns} FROM moduleT ORDER BY date, user, id`, database);
}

async function counts(site: Site, args: readonly string[] = []): Promise<string[][]> {
  return readClassicTable((await site.do('analyzeLmodDB', [...args, 'counts'])).stdout);
}

async function json(site: Site, args: readonly string[]): Promise<unknown> {
  return JSON.parse((await site.do('modtally', ['report', ...args, '--format', 'json'])).stdout);
}
