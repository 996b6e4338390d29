import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import type { NamedRow } from '../../src/core/named-row.ts';
import { createSiteZone } from '../../src/core/site-zone.ts';
import { readParquet } from '../support/duckdb-file.ts';
import { expectFailure } from '../support/expect-failure.ts';
import { sorted } from '../support/naive-usage.ts';
import { createSite, newSite, type Site } from '../support/site.ts';
import { newSmallDisk } from '../support/small-disk.ts';
import { openTestStore, storeKinds } from '../support/stores.ts';
import { readUsageRows } from '../support/usage-rows.ts';
import { logText } from '../support/write-log.ts';

const zone = 'America/Chicago';

/** Loads with all that a row can have, and names that quoting gets wrong. */
const log = [
  'user=alice module=gcc/12.2 path=/apps/gcc/12.2.lua host=c1.ls6.edu time=1731326400.5 jobid=77 userload=yes group=bio',
  'user=alice module=gcc/12.2 path=/apps/gcc/12.2.lua host=c2.ls6.edu time=1731330000.25 userload=no group=bio',
  'user=bob module=R/4.0 path=/apps/R/4.0.lua host=c1.frontera.edu time=1700000000.000001',
  'user=山田 module=量子/1.0 path="/apps/it\'s, 50% \\"odd\\"/量子.lua" host=c1.frontera.edu time=1731326400.000001 jobid=12[3]',
  'user==cmd|x module=r/4.0 path=/apps/r/4.0.lua host=n1 time=1731326400.000001 userload=yes',
  'user=carol module=R/4.0 path=/apps/R/4.0.lua host=c1.frontera.edu time=1704088800.000001',
]
  .map((text) => `Nov 11 12:00:00 c1 ModuleUsageTracking: ${text}\n`)
  .join('');

async function usageOf(site: Site): Promise<NamedRow[]> {
  return readUsageRows(await openTestStore(site.target, createSiteZone(zone)));
}

describe.each(storeKinds)('modtally export from %s', (kind) => {
  let site: Site;
  const run = (...args: string[]): ReturnType<Site['do']> => site.do('modtally', ['export', ...args]);
  const fileText = (name: string): string => readFileSync(join(site.folder, name), 'utf8');

  beforeAll(async () => {
    site = createSite(kind, zone);
    site.write('log', log);
    await site.do('modtally', ['import', 'log']);
    return site.close;
  });

  test('writes a Parquet file that DuckDB reads, with every row and every column', async () => {
    const { stdout, stderr } = await run('usage.parquet');
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^5 rows of \S+ -> usage\.parquet\n$/);
    const path = join(site.folder, 'usage.parquet');
    expect(await readParquet(`SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM '${path}')`)).toEqual([
      ['day', 'DATE'],
      ...['user', 'syshost', 'module', 'path'].map((name) => [name, 'VARCHAR']),
      ...['first', 'last'].map((name) => [name, 'TIMESTAMP WITH TIME ZONE']),
      ...['loads', 'direct', 'dependency', 'jobs'].map((name) => [name, 'BIGINT']),
      ...['group', 'host', 'jobid'].map((name) => [name, 'VARCHAR']),
    ]);
    const rows = await readParquet(
      `SELECT "user", module, path, syshost, (day - DATE '1970-01-01')::INTEGER AS day, "group", epoch(first) AS first,
         epoch(last) AS last, loads::INTEGER, direct::INTEGER, dependency::INTEGER, jobs::INTEGER, host, jobid
       FROM '${path}'`,
    );
    const expected = (await usageOf(site)).map((row) => Object.values(row));
    expect(expected).toHaveLength(5);
    expect(rows.map((row) => JSON.stringify(row)).sort()).toEqual(expected.map((row) => JSON.stringify(row)).sort());
  });

  test('writes CSV and JSON lines with the same rows, in one order on every store', async () => {
    await run('usage.csv');
    expect(fileText('usage.csv')).toBe(
      [
        'day,user,syshost,module,path,first,last,loads,direct,dependency,jobs,group,host,jobid',
        '2023-11-14,bob,frontera,R/4.0,/apps/R/4.0.lua,2023-11-14T16:13:20-06:00,2023-11-14T16:13:20-06:00,1,0,0,0,,,',
        '2024-01-01,carol,frontera,R/4.0,/apps/R/4.0.lua,2024-01-01T00:00:00-06:00,2024-01-01T00:00:00-06:00,1,0,0,0,,,',
        '2024-11-11,山田,frontera,量子/1.0,"/apps/it\'s, 50% ""odd""/量子.lua",2024-11-11T06:00:00-06:00,2024-11-11T06:00:00-06:00,1,0,0,1,,,',
        '2024-11-11,alice,ls6,gcc/12.2,/apps/gcc/12.2.lua,2024-11-11T06:00:00-06:00,2024-11-11T07:00:00-06:00,2,1,1,1,bio,,',
        "2024-11-11,'=cmd|x,n1,r/4.0,/apps/r/4.0.lua,2024-11-11T06:00:00-06:00,2024-11-11T06:00:00-06:00,1,1,0,0,,,",
        '',
      ].join('\r\n'),
    );
    const { stdout } = await run();
    expect(stdout.split('\n')[3]).toBe(
      '{"user":"alice","path":"/apps/gcc/12.2.lua","module":"gcc/12.2","syshost":"ls6","date":"1731326400","last":1731330000,' +
        '"loads":2,"direct_loads":1,"dependency_loads":1,"job_loads":1,"group":"bio","host":null,"jobid":null}',
    );
    await run('-o', 'usage.jsonl');
    expect(fileText('usage.jsonl')).toBe(stdout);
    expect((await run('--format', 'csv', '-')).stdout).toBe(fileText('usage.csv'));
  });

  test('writes what pandas reads', async () => {
    await run('for-pandas.csv');
    await run('for-pandas.jsonl');
    const script = `
import pandas
a = pandas.read_csv('for-pandas.csv', parse_dates=['day'])
b = pandas.read_json('for-pandas.jsonl', lines=True, dtype=False, convert_dates=False)
print(a['loads'].sum(), b['loads'].sum(), a['day'].max().date(), list(b['user']), list(a['path']) == list(b['path']))`;
    expect(execFileSync('/usr/bin/python3', ['-c', script], { cwd: site.folder, encoding: 'utf8' })).toBe(
      "6 6 2024-11-11 ['bob', 'carol', '山田', 'alice', '=cmd|x'] True\n",
    );
  });

  test('takes the filters of a report', async () => {
    const users = async (...args: string[]): Promise<string[]> =>
      (await run(...args)).stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line).user]));
    expect(await users('--pattern', '%/r/%')).toEqual(['bob', 'carol', '=cmd|x']);
    expect(await users('--module', 'R/4._', '--user', 'bob', '--user', 'c%')).toEqual(['bob', 'carol']);
    expect(await users('--syshost', 'front%', '--start', '2024-01-01')).toEqual(['carol', '山田']);
    expect(await users('--end', '2024-01-01')).toEqual(['bob']);
    expect(await users('--end', '2024-01-01', '--tz', 'Asia/Tokyo')).toEqual(['bob']);
    expect(await users('--user', 'nobody')).toEqual([]);
  });

  test('writes the columns that are asked for in that order, and no more rows than asked for', async () => {
    const columns = 'loads,user,direct,first';
    const { stderr } = await run('--columns', columns, '--limit', '2', 'part.csv');
    expect(stderr).toMatch(/^2 rows of /);
    expect(fileText('part.csv')).toBe(
      'loads,user,direct,first\r\n1,bob,0,2023-11-14T16:13:20-06:00\r\n1,carol,0,2024-01-01T00:00:00-06:00\r\n',
    );
    await run('--columns', columns, '--limit', '2', 'part.parquet');
    const path = join(site.folder, 'part.parquet');
    expect(await readParquet(`SELECT loads::INTEGER, "user", direct::INTEGER, epoch(first) FROM '${path}'`)).toEqual([
      [1, 'bob', 0, 1_700_000_000],
      [1, 'carol', 0, 1_704_088_800],
    ]);
    expect(await readParquet(`SELECT string_agg(column_name) FROM (DESCRIBE SELECT * FROM '${path}')`)).toEqual([
      [columns],
    ]);
    expect((await run('--columns', 'direct_loads, user', '--limit', '1')).stdout).toBe(
      '{"direct_loads":0,"user":"bob"}\n',
    );
    expect((await run('--limit', '0')).stdout).toBe('');
    expect((await run('--limit', '99')).stdout.split('\n')).toHaveLength(6);
  });

  test('of nothing is a file with nothing in it', async () => {
    for (const name of ['none.parquet', 'none.csv', 'none.jsonl']) await run('--user', 'nobody', name);
    const path = join(site.folder, 'none.parquet');
    expect(await readParquet(`SELECT count(*)::INTEGER, count("user")::INTEGER FROM '${path}'`)).toEqual([[0, 0]]);
    expect(fileText('none.csv')).toMatch(/^day,user,[a-z,]*\r\n$/);
    expect(fileText('none.jsonl')).toBe('');
  });

  test.each([
    ['jsonl', []],
    ['jsonl', ['--all']],
    ['parquet', []],
    ['parquet', ['--all']],
  ])('as %s, imported again with %j, gives the same store', async (format, mode) => {
    const one = newSite(kind, zone);
    one.write('log', log + log.replaceAll('time=17', 'time=16'));
    await one.do('modtally', ['import', ...mode, 'log']);
    await one.do('modtally', ['export', `usage.${format}`]);
    const before = await usageOf(one);
    expect(before).toHaveLength(mode.length === 0 ? 10 : 12);
    if (mode.length > 0) expect(before.filter(({ host }) => host !== null)).toHaveLength(12);
    for (const otherKind of storeKinds) {
      const other = newSite(otherKind, zone);
      const file = join(one.folder, `usage.${format}`);
      const { stdout } = await other.do('modtally', ['import', ...mode, '--json', file]);
      expect(JSON.parse(stdout)).toMatchObject({ lines: before.length, loads: before.length, rejected: {} });
      expect(sorted(await usageOf(other))).toEqual(sorted(before));
      const again = await other.do('modtally', ['import', ...mode, '--json', file]);
      expect(JSON.parse(again.stdout)).toMatchObject({ lines: 0, already: before.length });
    }
  });
});

describe('a file that is exported', () => {
  test('is for its owner and the group, and takes the place of one that is there', async () => {
    const site = newSite('duckdb');
    site.write('log', logText([{}]));
    await site.do('modtally', ['import', 'log']);
    for (const name of ['usage.parquet', 'usage.csv', 'usage.jsonl']) {
      site.write(name, 'x'.repeat(100_000));
      await site.do('modtally', ['export', '--quiet', name]);
      expect(statSync(join(site.folder, name)).mode & 0o777).toBe(0o640);
      expect(statSync(join(site.folder, name)).size).toBeLessThan(10_000);
    }
    expect(readdirSync(site.folder).sort()).toEqual(['.local', 'log', 'usage.csv', 'usage.jsonl', 'usage.parquet']);
  });

  test.each(['parquet', 'csv', 'jsonl'])('as %s appears whole or not at all', async (format) => {
    const site = newSite('duckdb');
    site.write('log', logText(Array.from({ length: 20_000 }, (_, index) => ({ user: `user-${index * 7919}` }))));
    await site.do('modtally', ['import', 'log']);
    const { folder } = newSmallDisk('64k');
    writeFileSync(join(folder, `usage.${format}`), 'as it was');
    const result = await site.run('modtally', ['export', join(folder, `usage.${format}`)]);
    expectFailure(result, 1, /cannot write \S+\/usage\.\w+: .*No space left on device/i);
    expect(readdirSync(folder)).toEqual([`usage.${format}`]);
    expect(readFileSync(join(folder, `usage.${format}`), 'utf8')).toBe('as it was');
  });

  test('takes no place of a folder or a device', async () => {
    const site = newSite('duckdb');
    await site.do('modtally', ['init']);
    mkdirSync(join(site.folder, 'folder.csv'));
    expectFailure(await site.run('modtally', ['export', 'folder.csv']), 1, /folder\.csv is a folder/);
    expectFailure(await site.run('modtally', ['export', '--format', 'csv', '/dev/null']), 1, /\/dev\/null is no file/);
    expectFailure(await site.run('modtally', ['export', 'no/such/folder/x.csv']), 1, /cannot write no\/such.*ENOENT/);
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });
});

test('a reader that takes its time keeps nobody from the store', async () => {
  const site = newSite('duckdb');
  site.write('log', logText(Array.from({ length: 20_000 }, (_, index) => ({ user: `user-${index}` }))));
  await site.do('modtally', ['import', 'log']);
  const bin = fileURLToPath(new URL('../../bin/modtally', import.meta.url));
  const child = spawn(process.execPath, [bin, 'export'], { cwd: site.folder, env: { HOME: site.folder, TZ: 'UTC' } });
  const exited = new Promise((resolve) => child.once('close', resolve));
  // Its first bytes are there, and no more of them are taken.
  const first = await new Promise<Buffer>((resolve) => child.stdout.once('data', resolve));
  child.stdout.pause();
  site.write('more', logText([{ user: 'more' }]));
  await site.do('modtally', ['import', 'more'], { env: { MODTALLY_LEASE_SECONDS: '2' } });
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    rest += text;
  });
  child.stdout.resume();
  expect(await exited).toBe(0);
  expect((first.toString() + rest).split('\n')).toHaveLength(20_001);
});

test('what is gathered on the way is gone afterwards, whatever happens', async () => {
  const site = newSite('duckdb');
  const tmp = join(site.folder, 'tmp');
  mkdirSync(tmp);
  await site.do('modtally', ['init']);
  await site.do('modtally', ['export', 'usage.csv'], { env: { TMPDIR: tmp } });
  await site.run('modtally', ['export', 'no/folder.csv'], { env: { TMPDIR: tmp } });
  expect(existsSync(tmp) && readdirSync(tmp)).toEqual([]);
});

describe('wrong usage', () => {
  test.each([
    [['usage.txt'], /the name usage\.txt tells no format/, /parquet, csv, jsonl/],
    [['usage'], /the name usage tells no format/, /parquet, csv, jsonl/],
    [['--format', 'xml'], /there is no format xml/, /parquet, csv, jsonl/],
    [['--format', 'parquet'], /Parquet cannot be written to standard output/, /Name a file/],
    [['a.csv', '-o', 'b.csv'], /both a\.csv and --output b\.csv/, /one of them/],
    [['a.csv', 'b.csv'], /too many arguments/, /--help/],
    [['--columns', 'user,day'], /--columns: there is no column day/, /Columns: user, path, .* direct_loads, /],
    [['--columns', 'date', 'a.csv'], /--columns: there is no column date/, /Columns: day, user, .* direct, /],
    [['--columns', '', 'a.parquet'], /--columns: there is no column/, /Columns: day, user, .* direct, /],
    [['--limit', '-1'], /--limit: -1 is no number of rows/, /whole number/],
    [['--start', 'now'], /--start: now is no date/, /YYYY-MM-DD/],
  ] as const)('export %j', async (args, message, hint) => {
    const site = newSite('duckdb');
    const result = await site.run('modtally', ['export', ...args]);
    expectFailure(result, 2, message, hint);
    expect(result.stdout).toBe('');
    expect(readdirSync(site.folder)).toEqual([]);
  });

  test('a store that is not there is named', async () => {
    expectFailure(await newSite('duckdb').run('modtally', ['export', 'x.csv']), 1, /there is no store/);
  });
});
