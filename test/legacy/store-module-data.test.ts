import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readClassicTable } from '../support/classic-table.ts';
import { expectFailure } from '../support/expect-failure.ts';
import { newSite, type Site } from '../support/site.ts';
import { newSmallDisk } from '../support/small-disk.ts';
import { storeKinds } from '../support/stores.ts';
import { logLine, logText } from '../support/write-log.ts';

const twoLoads = logText([{ user: 'alice' }, { user: 'bob', module: 'R/4.0' }]);

async function modules(site: Site): Promise<(string | undefined)[]> {
  const { stdout } = await site.do('analyzeLmodDB', ['usernames']);
  return readClassicTable(stdout).map(([path, , user]) => `${user} ${path?.slice('/apps/'.length, -'.lua'.length)}`);
}

describe.each(storeKinds)('store_module_data on %s', (kind) => {
  test('makes the store, takes several files in, and accounts for every line on stderr', async () => {
    const site = newSite(kind);
    site.write('one', `${twoLoads}\nNov 11 12:00:01 c1 sshd[1]: a line of another program\n${logLine({ user: '' })}\n`);
    site.write('two', logText([{ user: 'carol' }]));
    const { stdout, stderr } = await site.do('store_module_data', ['one', 'two']);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^store_module_data: (duckdb|mysql):.*\n2 files, 6 new lines in \d+\.\d s/);
    expect(stderr).toMatch(/loads +3, in 3 new rows/);
    expect(stderr).toMatch(/skipped +2 \(.*empty 1.*\)/);
    expect(stderr).toMatch(/rejected +1 \(user 1\); see .*rejects\.log/);
    expect(await modules(site)).toEqual(['bob R/4.0', 'alice gcc/12.2', 'carol gcc/12.2']);
  });

  test('keeps one row a user, module, cluster and day, or with --store_all one a load', async () => {
    const site = newSite(kind);
    const loads = ['08:00:00', '09:00:00', '23:59:59'].map((time) => ({ time: `2024-11-11T${time}Z` }));
    site.write('tally', logText(loads));
    site.write('all', logText(loads.map((load) => ({ ...load, user: 'all' }))));
    expect((await site.do('store_module_data', ['tally'])).stderr).toContain('in 1 new rows');
    expect((await site.do('store_module_data', ['--store_all', 'all'])).stderr).toContain('in 3 new rows');
    expect(await modules(site)).toEqual(['alice gcc/12.2', 'all gcc/12.2']);
  });

  test('passes over files that are not there', async () => {
    const site = newSite(kind);
    site.write('log', twoLoads);
    symlinkSync('nowhere', join(site.folder, 'dangling'));
    const { stderr } = await site.do('store_module_data', ['missing', 'log', 'dangling', 'no/such/folder/log']);
    expect(stderr).toMatch(/1 file, 2 new lines/);
    expect((await site.do('store_module_data', ['missing'])).stderr).toMatch(/0 files, 0 new lines/);
  });

  test('takes dump files by their ending .json, log files by any other', async () => {
    const site = newSite(kind);
    const record = { user: 'dump', path: '/apps/gcc/9.1.lua', module: 'gcc/9.1', syshost: 'ls6', date: '1700000000' };
    site.write('lmodV2_db_2023_11_14.json', `${JSON.stringify(record)}\nno JSON\n`);
    site.write('log', twoLoads);
    const { stderr } = await site.do('store_module_data', ['lmodV2_db_2023_11_14.json', 'log']);
    expect(stderr).toMatch(/rejected +1 \(json 1\)/);
    expect(await modules(site)).toEqual(['bob R/4.0', 'alice gcc/12.2', 'dump gcc/9.1']);
  });

  test('--delete removes what is safely in, be it from before, and keeps what is not', async () => {
    const site = newSite(kind);
    const complete = site.write('complete', twoLoads);
    const growing = site.write('growing', logText([{ user: 'carol' }]) + logLine({ user: 'dave' }).slice(0, 60));
    mkdirSync(join(site.folder, 'folder'));
    const result = await site.run('store_module_data', ['--delete', 'complete', 'growing', 'folder']);
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/store_module_data: folder.* is a directory/);
    expect(existsSync(complete)).toBe(false);
    expect(existsSync(growing)).toBe(true);
    expect(await modules(site)).toEqual(['bob R/4.0', 'alice gcc/12.2', 'carol gcc/12.2']);
    const again = site.write('again', twoLoads);
    await site.do('store_module_data', ['--delete', 'again']);
    expect(existsSync(again)).toBe(false);
  });

  test('--ignoreFn leaves modules out by patterns; blank lines and comments in it mean nothing', async () => {
    const site = newSite(kind);
    site.write(
      'log',
      logText([{ module: 'gcc/12.2' }, { module: 'xalt/2.0' }, { module: 'Rust/1.0' }, { module: 'R/4.0' }]),
    );
    site.write('ignore', '# modules that everybody has\n\n   \nxalt\n^R/\r\n');
    const { stderr } = await site.do('store_module_data', ['--ignoreFn', 'ignore', 'log']);
    expect(stderr).toMatch(/loads +2, .*\n +ignored +2\n/);
    expect(await modules(site)).toEqual(['alice Rust/1.0', 'alice gcc/12.2']);
  });

  test('a bad pattern in the ignore file is told by its line, and nothing is stored or deleted', async () => {
    const site = newSite(kind);
    await site.do('createDB', []);
    const log = site.write('log', twoLoads);
    site.write('ignore', 'xalt\n\ngcc/(12\n');
    expectFailure(
      await site.run('store_module_data', ['--delete', '--ignoreFn', 'ignore', 'log']),
      1,
      /ignore:3: bad pattern.*gcc\/\(12/,
      /nothing was imported/,
    );
    expectFailure(await site.run('store_module_data', ['--ignoreFn', 'nowhere', 'log']), 1, /ignore file nowhere/);
    expect(existsSync(log)).toBe(true);
    expect(await modules(site)).toEqual([]);
  });
});

test('a file that cannot be read is told, and the others are stored', async () => {
  const site = newSite('duckdb');
  site.write('good', twoLoads);
  site.write('bad.gz', new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3]));
  const result = await site.run('store_module_data', ['--delete', 'bad.gz', 'good']);
  expect(result.status).toBe(1);
  expect(result.stderr).toMatch(/cannot decompress bad\.gz/);
  expect(result.stderr.match(/bad\.gz/g)).toHaveLength(1);
  expect(existsSync(join(site.folder, 'bad.gz'))).toBe(true);
  expect(existsSync(join(site.folder, 'good'))).toBe(false);
  expect(await modules(site)).toHaveLength(2);
});

test('a file that cannot be deleted is told, though its loads are in', async () => {
  const site = newSite('duckdb');
  const disk = newSmallDisk('1m');
  const log = join(disk.folder, 'log');
  writeFileSync(log, twoLoads);
  disk.remount('ro');
  const { stderr } = await site.do('store_module_data', ['--delete', log]);
  expect(stderr).toMatch(/store_module_data: kept \/.*\/log: .*read-only file system/i);
  expect(existsSync(log)).toBe(true);
  expect(await modules(site)).toHaveLength(2);
});
