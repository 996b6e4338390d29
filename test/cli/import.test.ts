import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { expectFailure } from '../support/expect-failure.ts';
import { newSite, type Site } from '../support/site.ts';
import { newSmallDisk } from '../support/small-disk.ts';
import { storeKinds } from '../support/stores.ts';
import { logLine, logText } from '../support/write-log.ts';

/** What `import --json` prints. */
interface Account {
  readonly files: number;
  readonly bytes: number;
  readonly lines: number;
  readonly loads: number;
  readonly ignored: number;
  readonly skipped: Record<string, number>;
  readonly rejected: Record<string, number>;
  readonly already: number;
  readonly new_rows: number;
  readonly seconds: number;
  readonly failures: readonly unknown[];
}

/** Nine lines: three loads of two kinds, one to be ignored, three of no load, two spoiled. */
const mixedLog = [
  logLine({ user: 'alice' }),
  logLine({ user: 'alice', time: '2024-11-11T13:00:00Z' }),
  logLine({ user: 'bob' }),
  logLine({ user: 'bob', module: 'xalt/2.0' }),
  '',
  'Nov 11 12:00:01 c1 sshd[1]: session opened for user alice',
  '   ',
  logLine({ user: '' }),
  'Nov 11 12:00:00 c1 ModuleUsageTracking: user=eve module=gcc/1 path=/g host=c time=never\t\u001b[31m',
  '',
].join('\n');

async function importing(site: Site, ...args: string[]): Promise<Account> {
  return JSON.parse((await site.do('modtally', ['import', '--json', ...args])).stdout);
}

async function users(site: Site): Promise<string[]> {
  const { stdout } = await site.do('modtally', ['report', 'usernames', '--format', 'json']);
  const rows: { user: string }[] = JSON.parse(stdout);
  return rows.map(({ user }) => user);
}

describe.each(storeKinds)('modtally import into %s', (kind) => {
  test('accounts for every line, as JSON on stdout and nothing on stderr', async () => {
    const site = newSite(kind);
    site.write('log', mixedLog);
    site.write('ignore', 'xalt\n');
    const { stdout, stderr } = await site.do('modtally', ['import', '--json', '--ignore', 'ignore', 'log']);
    expect(stderr).toBe('');
    expect(stdout.trimEnd()).not.toContain('\n');
    const account: Account = JSON.parse(stdout);
    expect(account).toMatchObject({
      files: 1,
      bytes: mixedLog.length,
      lines: 9,
      loads: 3,
      ignored: 1,
      skipped: { empty: 2, 'not a load': 1 },
      rejected: { user: 1, time: 1 },
      already: 0,
      new_rows: 2,
      failures: [],
    });
    expect(account.seconds).toBeGreaterThan(0);
    expectWhole(account);
    expect(await importing(site, '--ignore', 'ignore', 'log')).toMatchObject({
      ...{ files: 1, bytes: 0, lines: 0, loads: 0, ignored: 0, skipped: {}, rejected: {} },
      ...{ already: 9, new_rows: 0 },
    });
  });

  test('tells the same to people, on stderr, and prints nothing on stdout', async () => {
    const site = newSite(kind);
    site.write('log', mixedLog);
    const { stdout, stderr } = await site.do('modtally', ['import', 'log']);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /^1 file, 9 new lines in \d+\.\d s \([\d,]+ lines\/s\)\n {2}loads {6}4, in 3 new rows\n {2}skipped {4}3 \(empty 2, not a load 1\)\n {2}rejected {3}2 \(user 1, time 1\); see \/.*\/rejects\.log\n$/,
    );
    const again = await site.do('modtally', ['import', '--quiet', 'log']);
    expect(again.stdout + again.stderr).toBe('');
  });

  test('--strict stores nothing if a line is rejected, and names it', async () => {
    const site = newSite(kind);
    await site.do('modtally', ['init']);
    site.write('good', logText([{ user: 'carol' }]));
    const log = site.write('log', mixedLog);
    expectFailure(
      await site.run('modtally', ['import', '--strict', '--delete', 'good', 'log']),
      1,
      /log:8: rejected \(user\)/,
      /Nothing was imported/,
    );
    expect(existsSync(log)).toBe(true);
    expect(await users(site)).toEqual([]);
    expect(await importing(site, '--strict', 'good')).toMatchObject({ loads: 1, new_rows: 1 });
  });

  test('--rejects keeps the spoiled lines with their place and reason, once', async () => {
    const site = newSite(kind);
    site.write('log', mixedLog);
    const args = ['--rejects', 'bad/lines.txt', 'log'];
    const { stderr } = await site.do('modtally', ['import', ...args]);
    const path = join(site.folder, 'bad/lines.txt');
    expect(stderr).toContain(`see ${path}`);
    const first = `log:8\tuser\t${logLine({ user: '' })}\nlog:9\ttime\t${
      mixedLog.split('\n')[8]?.replace('\t', '\\u0009').replace('\u001b', '\\u001b') ?? ''
    }\n`;
    expect(readFileSync(path, 'utf8')).toBe(first);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await site.do('modtally', ['import', ...args]);
    expect(readFileSync(path, 'utf8')).toBe(first);
    site.write('other', `${logLine({ user: 'dave' })}\n${logLine({ module: '' })}\n`);
    await site.do('modtally', ['import', '--rejects', 'bad/lines.txt', 'other']);
    expect(readFileSync(path, 'utf8')).toBe(`${first}other:2\tmodule\t${logLine({ module: '' })}\n`);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('--all keeps each load as a row, --delete removes what is in', async () => {
    const site = newSite(kind);
    const log = site.write('log', logText([{}, {}, { time: '2024-11-11T12:00:01Z' }]));
    expect(await importing(site, '--all', '--delete', 'log')).toMatchObject({ loads: 3, new_rows: 3 });
    expect(existsSync(log)).toBe(false);
  });
});

describe('modtally import', () => {
  test('reads standard input, plain or compressed, and knows the same content as a file', async () => {
    const site = newSite('duckdb');
    site.write('log', mixedLog);
    const first = await site.do('modtally', ['import', '--json', '-'], { input: mixedLog });
    expect(JSON.parse(first.stdout)).toMatchObject({ files: 1, lines: 9, loads: 4 });
    expect(await importing(site, 'log')).toMatchObject({ lines: 0, already: 9 });
    const zipped = await site.do('modtally', ['import', '--json', '-'], { input: gzipSync(mixedLog) });
    expect(JSON.parse(zipped.stdout)).toMatchObject({ lines: 0, already: 9 });
  });

  test('knows compressed files by their first bytes, and the same content under any name', async () => {
    const site = newSite('duckdb');
    const log = site.write('log', mixedLog);
    site.write('log.1', gzipSync(mixedLog));
    execFileSync('zstd', ['-q', log, '-o', join(site.folder, 'log.2')]);
    execFileSync('sh', ['-c', `xz -c ${log} > ${join(site.folder, 'log.3')}`]);
    for (const name of ['log.3', 'log.2', 'log.1']) {
      expect(await importing(site, name)).toMatchObject({ lines: name === 'log.3' ? 9 : 0 });
    }
    expect(await importing(site, 'log', 'log.1', 'log')).toMatchObject({ files: 3, lines: 0, already: 27 });
  });

  test('counts a file that is given twice in one call once', async () => {
    const site = newSite('duckdb');
    site.write('log', mixedLog);
    expect(await importing(site, 'log', 'log', './log')).toMatchObject({ lines: 9, already: 18, new_rows: 3 });
  });

  test('takes only what is new of a file that has grown, and leaves an unfinished line for the next time', async () => {
    const site = newSite('duckdb');
    const line = logLine({ user: 'dave' });
    site.write('log', `${mixedLog}${line.slice(0, 50)}`);
    const { stderr } = await site.do('modtally', ['import', 'log']);
    expect(stderr).toMatch(/log: the last line is not complete and waits/);
    site.write('log', `${mixedLog}${line}\n${logLine({ user: 'erin' })}\n`);
    expect(await importing(site, 'log')).toMatchObject({ lines: 2, loads: 2, already: 9 });
    expect(await users(site)).toEqual(['alice', 'bob', 'dave', 'erin', 'bob']);
  });

  test('--tz counts days, and reads times without a zone, by that zone', async () => {
    const site = newSite('duckdb');
    site.write('log', logText([{ time: '2024-11-11T12:00:00Z' }, { time: '2024-11-11T20:00:00Z' }]));
    site.write('bare', '2024-11-12 08:00:00 c1 ModuleUsageTracking: user=late module=gcc/1.0 path=/apps/gcc\n');
    expect(await importing(site, '--tz', 'Asia/Tokyo', 'log', 'bare')).toMatchObject({ loads: 3, new_rows: 3 });
    const { stdout } = await site.do('modtally', ['report', 'usernames', '--user', 'late', '--format', 'json']);
    expect(JSON.parse(stdout)[0]).toMatchObject({ first: '2024-11-11T23:00:00+00:00' });
  });

  test('stores the good files where one cannot be read, tells which, and fails', async () => {
    const site = newSite('duckdb');
    site.write('good', logText([{ user: 'alice' }]));
    site.write('cut.gz', gzipSync(mixedLog.repeat(50)).subarray(0, 300));
    mkdirSync(join(site.folder, 'folder'));
    const result = await site.run('modtally', ['import', '--json', 'missing', 'cut.gz', 'folder', 'good']);
    expect(result.status).toBe(1);
    const account: Account = JSON.parse(result.stdout);
    expect(account).toMatchObject({ files: 1, lines: 1, new_rows: 1 });
    expect(account.failures).toHaveLength(3);
    expectWhole(account);
    const lines = result.stderr.trimEnd().split('\n');
    expect(lines.filter((line) => line.startsWith('modtally: '))).toHaveLength(3);
    expect(result.stderr).toMatch(/missing.*no such file/i);
    for (const line of lines) expect(line).toMatch(/^(modtally: | {2}\S)/);
    expect(await users(site)).toEqual(['alice']);
  });

  test('says which files it could not delete', async () => {
    const site = newSite('duckdb');
    const disk = newSmallDisk('1m');
    const log = join(disk.folder, 'log');
    writeFileSync(log, mixedLog);
    disk.remount('ro');
    const { stdout, stderr } = await site.do('modtally', ['import', '--json', '--delete', log]);
    expect(stderr).toMatch(/^modtally: kept \/.*\/log: /);
    expect(JSON.parse(stdout)).toMatchObject({ loads: 4, deleted: 0, not_deleted: [{ name: log }] });
  });

  test('shows the names of files harmlessly', async () => {
    const site = newSite('duckdb');
    const name = 'lo\u001b[31mg';
    site.write(name, `${logLine({ user: '' })}\n${logLine({}).slice(0, 40)}`);
    mkdirSync(join(site.folder, 'fol\u001b[31mder'));
    const results = [
      await site.run('modtally', ['import', name, 'fol\u001b[31mder']),
      await site.run('modtally', ['import', '--json', name, 'fol\u001b[31mder', 'lo\u009bst']),
    ];
    for (const { stdout, stderr } of results) expect(stdout + stderr).not.toMatch(/[\u001b\u009b]/);
    const rejects = readFileSync(join(site.folder, '.local/state/modtally/rejects.log'), 'utf8');
    expect(rejects).toMatch(/^lo\\u001b\[31mg:1\tuser\t/);
  });

  test('cuts names to 255 and paths to 1,024 characters, and counts them', async () => {
    const site = newSite('duckdb');
    site.write('log', logText([{ user: 'u'.repeat(300), path: `/${'p'.repeat(2000)}` }]));
    expect(await importing(site, 'log')).toMatchObject({ loads: 1, cut: 2 });
    const { stdout } = await site.do('modtally', ['report', 'usernames', '--format', 'json']);
    expect(JSON.parse(stdout)[0]).toMatchObject({ user: 'u'.repeat(255), path: `/${'p'.repeat(1023)}` });
  });

  test('needs a file to be named, and flags that it knows', async () => {
    const site = newSite('duckdb');
    expectFailure(await site.run('modtally', ['import']), 2, /missing required argument 'file'/, /--help/);
    expectFailure(
      await site.run('modtally', ['import', '--deleted', 'log']),
      2,
      /unknown option '--deleted'/,
      /--help/,
    );
    expectFailure(await site.run('modtally', ['import', '--ignore']), 2, /--ignore/, /--help/);
    expect(existsSync(join(site.folder, '.local'))).toBe(false);
  });
});

/** Every line has exactly one place. */
function expectWhole({ lines, loads, ignored, skipped, rejected }: Account): void {
  const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((total, n) => total + n, 0);
  expect(lines).toBe(loads + ignored + sum(skipped) + sum(rejected));
}
