import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { expectFailure } from '../support/expect-failure.ts';
import { createGen1Database, type Gen1Load } from '../support/gen1-database.ts';
import { confText, newDatabaseTarget, newSite, runSql, type Site } from '../support/site.ts';
import { newSmallDisk } from '../support/small-disk.ts';

const loads: Gen1Load[] = [
  ['alice', 'gcc/12.2', '/apps/gcc/12.2.lua', 'ls6', '2024-01-31 23:59:59'],
  ['alice', 'gcc/12.2', '/apps/gcc/12.2.lua', 'ls6', '2024-02-01 00:00:00'],
  ['bob', 'R/4.0', '/apps/R/4.0.lua', 'frontera', '2024-02-29 12:00:00'],
  ["o'brien", 'r/4.0', '/apps/"r"\\4.0', 'ls6', '2024-02-29 12:00:00'],
  ['zoë', 'gcc/12.2', '/apps/gcc/12.2.lua', 'ls6', '2024-03-10 02:30:00'],
];

describe('dump_db', () => {
  test('writes a file for each day that has loads, a load a line, as Python writes JSON', async () => {
    const site = await gen1Site(loads);
    const { stdout, stderr } = await site.do('dump_db', ['--parentDir', 'new/folder']);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^dump_db: mysql:.* \(lmod_db\.conf\)\ndump_db: 5 loads of 4 days\n$/);
    expect(readFiles(site, 'new/folder')).toEqual({
      'lmodV2_db_2024_01_31.json':
        '{"user": "alice", "path": "/apps/gcc/12.2.lua", "module": "gcc/12.2", "syshost": "ls6", "date": "1706767199"}\n',
      'lmodV2_db_2024_02_01.json':
        '{"user": "alice", "path": "/apps/gcc/12.2.lua", "module": "gcc/12.2", "syshost": "ls6", "date": "1706767200"}\n',
      'lmodV2_db_2024_02_29.json': [
        '{"user": "bob", "path": "/apps/R/4.0.lua", "module": "R/4.0", "syshost": "frontera", "date": "1709229600"}\n',
        '{"user": "o\'brien", "path": "/apps/\\"r\\"\\\\4.0", "module": "r/4.0", "syshost": "ls6", "date": "1709229600"}\n',
      ].join(''),
      // The clock skipped that half hour: it counts from before the gap.
      'lmodV2_db_2024_03_10.json':
        '{"user": "zo\\u00eb", "path": "/apps/gcc/12.2.lua", "module": "gcc/12.2", "syshost": "ls6", "date": "1710059400"}\n',
    });
  });

  test('finds the loads of a day among those of others, whatever the order in which they came', async () => {
    const mixed = [3, 1, 2, 1, 3, 2, 1].map((day, hour): Gen1Load => {
      const date = `2024-01-0${day} 0${hour}:00:00`;
      return ['alice', `m/${hour}`, `/apps/m/${hour}`, 'ls6', date];
    });
    const site = await gen1Site(mixed);
    await site.do('dump_db', ['--parentDir', 'dump']);
    const modules = Object.values(readFiles(site, 'dump')).map((text) => text.match(/m\/\d(?=",)/g));
    expect(modules.map((found) => found?.filter((_, index) => index % 2 === 0))).toEqual([
      ['m/1', 'm/3', 'm/6'],
      ['m/2', 'm/5'],
      ['m/0', 'm/4'],
    ]);
  });

  test('takes whole months from --start on, as many as --Nmonths, be they short', async () => {
    const site = await gen1Site(loads);
    const days = async (...args: string[]): Promise<string[]> => {
      const folder = `dump${args.join('')}`;
      await site.do('dump_db', [...args, '--parentDir', folder]);
      return Object.keys(readFiles(site, folder)).map((name) => name.slice('lmodV2_db_2024_'.length, -'.json'.length));
    };
    expect(await days('--start', '2024-02', '--Nmonths', '1')).toEqual(['02_01', '02_29']);
    expect(await days('--start', '2024-02')).toEqual(['02_01', '02_29', '03_10']);
    expect(await days('--start', '2023-11', '--Nmonths', '3')).toEqual(['01_31']);
    expect(await days('--start', '2024-2', '--Nmonths', '2')).toEqual(['02_01', '02_29', '03_10']);
  });

  test('makes its folder, and writes over the files of an earlier run', async () => {
    const site = await gen1Site(loads.slice(0, 1));
    mkdirSync(join(site.folder, 'dump'));
    site.write('dump/lmodV2_db_2024_01_31.json', 'old\n', 0o600);
    site.write('dump/other', 'stays\n');
    await site.do('dump_db', ['--parentDir', '~/dump']);
    const files = readFiles(site, 'dump');
    expect(Object.keys(files)).toEqual(['lmodV2_db_2024_01_31.json', 'other']);
    expect(files['lmodV2_db_2024_01_31.json']).toContain('alice');
    expect(statSync(join(site.folder, 'dump', 'lmodV2_db_2024_01_31.json')).mode & 0o007).toBe(0);
  });

  test('makes no files where there are no loads', async () => {
    const site = await gen1Site(loads);
    const { stderr } = await site.do('dump_db', ['--start', '2030-01', '--Nmonths', '2', '--parentDir', 'dump']);
    expect(stderr).toContain('0 loads of 0 days');
  });

  test('leaves whole files only where the disk is full', async () => {
    const days = ['2024-01-01', '2024-01-02'].map((day) => `${day} 12:00:00`);
    const site = await gen1Site([['alice', 'gcc/12.2', '/apps/gcc/12.2.lua', 'ls6', days[0] ?? '']]);
    const { database } = gen1Of(site);
    // 8,192 loads on the second day are some 900 kB.
    for (let doubling = 0; doubling < 13; doubling++) {
      const source = doubling === 0 ? `1, 1, '${days[1]}'` : 'user_id, mod_id, date';
      const from = doubling === 0 ? '' : `FROM join_user_module WHERE date = '${days[1]}'`;
      await runSql(`INSERT INTO join_user_module (user_id, mod_id, date) SELECT ${source} ${from}`, database);
    }
    const disk = newSmallDisk('100k');
    expectFailure(
      await site.run('dump_db', ['--parentDir', disk.folder]),
      1,
      /cannot write .*lmodV2_db_2024_01_02\.json: .*no space/i,
      /when there is room/,
    );
    expect(readdirSync(disk.folder)).toEqual(['lmodV2_db_2024_01_01.json']);
    disk.remount('size=10m');
    expect((await site.do('dump_db', ['--parentDir', disk.folder])).stderr).toContain('4097 loads of 2 days');
    expect(readdirSync(disk.folder)).toHaveLength(2);
  });

  test('says so where the folder cannot be made', async () => {
    const site = await gen1Site(loads);
    site.write('file', '');
    expectFailure(await site.run('dump_db', ['--parentDir', 'file/dump']), 1, /cannot make the directory .*file\/dump/);
  });

  test('tells a database that is not there from one that holds something else', async () => {
    const site = await gen1Site([]);
    const { database } = gen1Of(site);
    await runSql(`DROP TABLE join_user_module`, database);
    expectFailure(
      await site.run('dump_db', ['--parentDir', 'd']),
      1,
      /neither a gen_1 nor a gen_2/,
      /join_user_module/,
    );
    await runSql(`DROP DATABASE ${database}`);
    expectFailure(await site.run('dump_db', ['--parentDir', 'd']), 1, /the server has no database/, /name/);
  });

  test('does not follow links that lie where its files go', async () => {
    const site = await gen1Site(loads.slice(0, 1));
    const victim = site.write('victim', 'precious');
    mkdirSync(join(site.folder, 'dump'));
    symlinkSync(victim, join(site.folder, 'dump', 'lmodV2_db_2024_01_31.json'));
    await site.do('dump_db', ['--parentDir', 'dump']);
    expect(readFileSync(victim, 'utf8')).toBe('precious');
  });
});

const databases = new WeakMap<Site, string>();

/** A site in Chicago with a gen_1 database. */
async function gen1Site(content: readonly Gen1Load[]): Promise<Site> {
  const site = newSite('duckdb', 'America/Chicago');
  const target = newDatabaseTarget();
  databases.set(site, target.database);
  onTestFinished(async () => {
    await runSql(`DROP DATABASE IF EXISTS ${target.database}`);
  });
  await createGen1Database(target.database, content);
  site.write('lmod_db.conf', confText(target), 0o600);
  return site;
}

function gen1Of(site: Site): { database: string } {
  return { database: databases.get(site) ?? '' };
}

function readFiles(site: Site, folder: string): Record<string, string> {
  const path = join(site.folder, folder);
  return Object.fromEntries(readdirSync(path).map((name) => [name, readFileSync(join(path, name), 'utf8')]));
}
