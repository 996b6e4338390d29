import { spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { runDuckdb } from '../support/duckdb-file.ts';
import { expectFailure } from '../support/expect-failure.ts';
import type { CommandResult } from '../support/run-command.ts';
import { runShell } from '../support/run-shell.ts';
import { newSite, type Site } from '../support/site.ts';
import { newSmallDisk } from '../support/small-disk.ts';
import { logLine, logText } from '../support/write-log.ts';

/** What can go wrong with an embedded store: each is told in a line, and nothing is lost. */

const holdLock = fileURLToPath(new URL('../support/hold-store.js', import.meta.url));
const modtally = fileURLToPath(new URL('../../bin/modtally', import.meta.url));

/** Enough of different names to fill a small disk. */
const manyLoads = logText(
  Array.from({ length: 9000 }, (_, index) => ({ user: `user-${(index * 7919) % 9001}`, module: `m-${index}/1.0` })),
);

const damages: Readonly<Record<string, (path: string) => void>> = {
  'something-else': (path) => writeFileSync(path, 'not a database\n'.repeat(1000)),
  empty: (path) => writeFileSync(path, ''),
  half: (path) => truncateSync(path, Math.floor(statSync(path).size / 2)),
  short: (path) => truncateSync(path, 5000),
  hole: (path) => {
    const bytes = readFileSync(path);
    bytes.fill(0, Math.floor(bytes.length * 0.4), Math.floor(bytes.length * 0.4) + 300_000);
    writeFileSync(path, bytes);
  },
};

let site: Site;

beforeEach(() => {
  site = newSite('duckdb');
  site.write('first', logText([{ user: 'first' }]));
  site.write('second', logText([{ user: 'second', time: '2024-11-12T12:00:00Z' }]));
  site.write('many', manyLoads);
});

/** All that a store answers. */
async function answer(store: string): Promise<string> {
  return (await site.do('modtally', ['report', 'usernames', '--store', store, '--format', 'csv'])).stdout;
}

function importing(store: string, ...args: string[]): Promise<CommandResult> {
  return site.run('modtally', ['import', '--store', store, ...args]);
}

describe('a full disk', () => {
  test('is told by an import, which can be repeated when there is room', async () => {
    const disk = newSmallDisk('900k');
    const store = `duckdb:${disk.folder}/usage.duckdb`;
    const log = join(site.folder, 'many');
    await importing(store, 'first');
    const before = await answer(store);
    expectFailure(
      await importing(store, '--delete', 'many'),
      1,
      /no space left/i,
      /Free some space.*was not completed was not stored/,
    );
    expect(existsSync(log)).toBe(true);
    expect(await answer(store)).toBe(before);
    disk.remount('size=64m');
    const { stdout } = await importing(store, '--json', '--delete', 'many');
    expect(JSON.parse(stdout)).toMatchObject({ lines: 9000, loads: 9000, new_rows: 9000, already: 0 });
    expect(existsSync(log)).toBe(false);
    expect((await answer(store)).split('\r\n')).toHaveLength(9000 + before.split('\r\n').length);
  });

  test('that has room for the rows, but not for tidying up, is no failure: what is in is in', async () => {
    const disk = newSmallDisk('400k');
    const store = `duckdb:${disk.folder}/usage.duckdb`;
    site.write('bad', `${logLine({ user: '' })}\n`.repeat(3));
    const rejects = join(site.folder, 'rejects');
    await site.do('modtally', ['init', '--store', store]);
    const { status, stderr } = await importing(store, '--rejects', rejects, 'bad', 'first');
    expect(stderr).toMatch(/loads +1, in 1 new row/);
    expect(status).toBe(0);
    expect(readdirSync(disk.folder)).toContain('usage.duckdb.wal');
    expect(readFileSync(rejects, 'utf8').split('\n')).toHaveLength(4);
    const before = await answer(store);
    expect((await importing(store, 'first')).stderr).toContain(' 0 new lines');
    disk.remount('size=64m');
    expect(await answer(store)).toBe(before);
    expect((await importing(store, 'second')).status).toBe(0);
    expect(readdirSync(disk.folder)).not.toContain('usage.duckdb.wal');
    expect((await answer(store)).split('\r\n')).toHaveLength(before.split('\r\n').length + 1);
  });

  test('where a store is to be made leaves nothing behind', async () => {
    const disk = newSmallDisk('100k');
    const result = await importing(`duckdb:${disk.folder}/usage.duckdb`, 'first');
    expectFailure(result, 1, /no space left/i, /Free some space/);
    expect(readdirSync(disk.folder)).toEqual([]);
  });

  test.each([
    ['while the lines are gathered', 900],
    ['when they are added to what is there', 400],
  ])('under the file of rejected lines is told %s, and nothing is imported', async (_, lines) => {
    const disk = newSmallDisk('64k');
    const rejects = join(disk.folder, 'rejects.log');
    writeFileSync(rejects, 'from before\n');
    const log = site.write('bad', `${logLine({ user: 'good' })}\n${`${logLine({ user: '' })}\n`.repeat(lines)}`);
    await importing(site.url, 'first');
    const before = await answer(site.url);
    const args = ['--rejects', rejects, '--delete', 'bad'];
    expectFailure(await importing(site.url, ...args), 1, /rejected lines.*no space left/i, /Nothing was imported/);
    expect(readFileSync(rejects, 'utf8')).toBe('from before\n');
    expect(readdirSync(disk.folder)).toEqual(['rejects.log']);
    expect(existsSync(log)).toBe(true);
    expect(await answer(site.url)).toBe(before);
    disk.remount('size=10m');
    expect((await importing(site.url, ...args)).stderr).toMatch(new RegExp(`rejected +${lines} `));
    expect(readFileSync(rejects, 'utf8').split('\n')).toHaveLength(lines + 2);
    expect(existsSync(log)).toBe(false);
  });
});

describe('a folder or a file that may not be written', () => {
  test('on a read-only file system: reports go on, an import is told', async () => {
    const disk = newSmallDisk('10m');
    const store = `duckdb:${disk.folder}/usage.duckdb`;
    await importing(store, 'first');
    const before = await answer(store);
    disk.remount('ro');
    expect(await answer(store)).toBe(before);
    expectFailure(await importing(store, 'second'), 1, /read-only file system/i, /permissions/);
    expectFailure(
      await importing(`duckdb:${disk.folder}/new.duckdb`, 'second'),
      1,
      /read-only file system/i,
      /permissions/,
    );
    expectFailure(await importing(`duckdb:${disk.folder}/new/x.duckdb`, 'second'), 1, /cannot make the store/, /\S/);
    disk.remount('rw');
    expect((await importing(store, 'second')).status).toBe(0);
    expect(await answer(store)).toContain('second');
  });

  test('for want of rights', async () => {
    const store = join(site.folder, 'usage.duckdb');
    await importing(`duckdb:${store}`, 'first');
    const before = await answer(`duckdb:${store}`);
    chmodSync(store, 0o440);
    expectFailure(await withoutPrivileges('import', store, 'second'), 1, /Permission denied/i, /permissions/);
    chmodSync(store, 0);
    expectFailure(await withoutPrivileges('import', store, 'second'), 1, /Permission denied/i, /permissions/);
    expectFailure(await withoutPrivileges('report', store, 'counts'), 1, /Permission denied/i, /permissions/);
    chmodSync(store, 0o640);
    expect(await answer(`duckdb:${store}`)).toBe(before);
    expect((await withoutPrivileges('import', store, 'second')).status).toBe(0);
  });

  test('because it is a file where a folder is needed', async () => {
    expectFailure(await importing('duckdb:first/usage.duckdb', 'second'), 1, /cannot make the store/, /--store/);
    expectFailure(await importing('duckdb:.', 'second'), 1, /Is a directory/, /Name a file/);
  });

  test('of rejected lines', async () => {
    site.write('bad', `${logLine({ user: 'good' })}\n${logLine({ user: '' })}\n`);
    expectFailure(
      await importing(site.url, '--rejects', 'first/rejects', 'bad'),
      1,
      /cannot write the rejected lines/,
      /--rejects/,
    );
    expectFailure(
      await importing(site.url, '--rejects', '.', 'bad'),
      1,
      /cannot write the rejected lines/,
      /--rejects/,
    );
    expect(await answer(site.url)).not.toContain('good');
    expect(readdirSync(site.folder).filter((name) => name.includes('.new-'))).toEqual([]);
    expect((await importing(site.url, 'bad')).status).toBe(0);
    expect(await answer(site.url)).toContain('good');
  });
});

describe('a store file', () => {
  test('that is spoiled in any way is told to be damaged, and left as it is', async () => {
    const sound = join(site.folder, 'sound.duckdb');
    await importing(`duckdb:${sound}`, 'first', 'many');
    for (const [how, spoil] of Object.entries(damages)) {
      const path = join(site.folder, `${how}.duckdb`);
      const store = `duckdb:${path}`;
      copyFileSync(sound, path);
      spoil(path);
      const spoiled = readFileSync(path);
      const results = await Promise.all([
        importing(store, 'second'),
        site.run('modtally', ['report', 'usernames', '--store', store]),
      ]);
      for (const result of results)
        expectFailure(result, 1, new RegExp(`${how}\\.duckdb`), /from a backup, or import the logs/);
      expect(readFileSync(path).equals(spoiled), how).toBe(true);
    }
  });

  test('of a DuckDB database that is no store is told, and left as it is', async () => {
    const path = join(site.folder, 'other.duckdb');
    await runDuckdb(path, 'CREATE TABLE precious (n INTEGER)', 'INSERT INTO precious VALUES (42)');
    const calls = [['import', 'first'], ['report', 'counts'], ['init'], ['prune', '--keep-months', '1', '--yes']];
    const results = await Promise.all(
      calls.map((call) => site.run('modtally', [...call, '--store', `duckdb:${path}`])),
    );
    for (const result of results) {
      expectFailure(result, 1, /is a DuckDB database but not a modtally store/, /another file/);
    }
    expect(await runDuckdb(path, 'SELECT * FROM precious')).toEqual([[42]]);
  });

  test('of a newer modtally is told by every command, and left as it is', async () => {
    await importing(site.url, 'first');
    const path = site.url.slice('duckdb:'.length);
    await runDuckdb(path, 'UPDATE meta SET version = 999');
    const before = readFileSync(path);
    const calls = [
      ['modtally', ['import', 'second']],
      ['modtally', ['report', 'counts']],
      ['modtally', ['init']],
      ['modtally', ['prune', '--keep-months', '1', '--yes']],
      ['analyzeLmodDB', ['counts']],
      ['store_module_data', ['second']],
      ['delete_old_records', ['--end', '2030-01-01', '--yes']],
    ] as const;
    const results = await Promise.all(calls.map(([name, args]) => site.run(name, args)));
    for (const result of results) {
      expectFailure(result, 1, /has schema version 999; this modtally knows/, /Update modtally/);
    }
    expect(readFileSync(path).equals(before)).toBe(true);
    await runDuckdb(path, 'UPDATE meta SET version = 1');
    expect((await importing(site.url, 'second')).status).toBe(0);
  });

  test('that another process holds for too long is told with that process', async () => {
    await importing(site.url, 'first');
    const holder = spawn(process.execPath, [holdLock, site.url.slice('duckdb:'.length)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    onTestFinished(() => {
      holder.kill();
    });
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    const env = { MODTALLY_LEASE_SECONDS: '0.5' };
    for (const call of [
      ['import', 'second'],
      ['report', 'counts'],
    ]) {
      const result = await site.run('modtally', call, { env });
      expectFailure(result, 1, new RegExp(`is held by process ${holder.pid} .*; waited`), /lease_seconds/);
    }
    setTimeout(() => holder.stdin.end(), 500);
    expect((await importing(site.url, 'second')).status).toBe(0);
  });
});

test('an import that fails before it begins has changed nothing, and can be repeated', async () => {
  await importing(site.url, 'first');
  const before = await answer(site.url);
  site.write('ignore', 'gcc\n[\n');
  expectFailure(
    await importing(site.url, '--ignore', 'ignore', 'second'),
    1,
    /ignore:2: bad pattern/,
    /nothing was imported/,
  );
  expectFailure(await importing(site.url, '--ignore', 'nowhere', 'second'), 1, /cannot read the ignore file .*nowhere/);
  expectFailure(await importing(site.url, '--tz', 'Mars/Base', 'second'), 2, /no time zone Mars\/Base/, /IANA/);
  expect(await answer(site.url)).toBe(before);
  expect((await importing(site.url, 'second')).stderr).toContain('1 new lines');
});

/** Runs modtally as the owner of the files, but without root's power to pass over their modes. */
function withoutPrivileges(command: string, store: string, operand: string): Promise<CommandResult> {
  const call = `"${process.execPath}" "${modtally}" ${command} --store "duckdb:${store}" ${operand}`;
  const drop = process.getuid?.() === 0 ? 'setpriv --bounding-set=-dac_override,-dac_read_search ' : '';
  const env = { PATH: process.env['PATH'] ?? '', HOME: site.folder, TZ: 'UTC' };
  return runShell(`${drop}${call}`, { cwd: site.folder, env });
}
