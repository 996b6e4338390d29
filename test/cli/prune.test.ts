import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readParquet } from '../support/duckdb-file.ts';
import { expectFailure } from '../support/expect-failure.ts';
import { newSite, type Site } from '../support/site.ts';
import { newSmallDisk } from '../support/small-disk.ts';
import { storeKinds } from '../support/stores.ts';
import { logText } from '../support/write-log.ts';

const zone = 'Pacific/Auckland';

/** A site with a load a year and a half ago, one of today and one of last month. */
async function pruneSite(kind: 'duckdb' | 'mysql'): Promise<Site> {
  const site = newSite(kind, zone);
  const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();
  site.write(
    'log',
    logText([
      { user: 'old', time: daysAgo(550) },
      { user: 'recent', time: daysAgo(20) },
      { user: 'new', time: daysAgo(0) },
    ]),
  );
  await site.do('modtally', ['import', 'log']);
  return site;
}

async function users(site: Site): Promise<string[]> {
  const { stdout } = await site.do('modtally', ['report', 'usernames', '--format', 'json']);
  const rows: { user: string }[] = JSON.parse(stdout);
  return rows.map(({ user }) => user);
}

test.each(storeKinds)('prune removes what is older than some months from %s, once it is confirmed', async (kind) => {
  const site = await pruneSite(kind);
  const prune = (...args: string[]): ReturnType<Site['do']> => site.do('modtally', ['prune', '--keep-months', ...args]);
  const dry = await prune('12', '--dry-run');
  expect(dry.stderr).toMatch(/^1 rows from before \d{4}-\d\d-\d\d would be removed\n$/);
  expect(dry.stdout).toBe('');
  for (const input of ['n\n', '']) {
    const refused = await site.run('modtally', ['prune', '--keep-months', '12'], { input });
    expect(refused.stdout).toMatch(/^Remove 1 rows from before \d{4}-\d\d-\d\d\? \(y\/N\) $/);
    expectFailure(refused, 1, /nothing was removed/, /--yes/);
  }
  expect(await users(site)).toEqual(['new', 'old', 'recent']);
  const confirmed = await site.do('modtally', ['prune', '--keep-months', '12'], { input: 'y\n' });
  expect(confirmed.stderr).toMatch(/^1 rows from before \S+ removed\n$/);
  expect(await users(site)).toEqual(['new', 'recent']);
  expect((await prune('12')).stderr).toMatch(/^0 rows from before/);
  expect((await prune('0', '--yes')).stdout).toBe('');
  expect(await users(site)).toEqual(['new']);
});

test('prune counts back from today as the clocks of the site show it', async () => {
  const site = await pruneSite('duckdb');
  const today = new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(new Date());
  const { stderr } = await site.do('modtally', ['prune', '--keep-months', '0', '--dry-run']);
  expect(stderr).toContain(`before ${today} would`);
});

test('prune is silent with --quiet', async () => {
  const site = await pruneSite('duckdb');
  const { stdout, stderr } = await site.do('modtally', ['prune', '--keep-months', '12', '--yes', '--quiet']);
  expect(stdout + stderr).toBe('');
  expect(await users(site)).toEqual(['new', 'recent']);
});

test.each(storeKinds)('prune --archive writes what it removes from %s as Parquet, a file a month', async (kind) => {
  const site = await pruneSite(kind);
  const prune = (...args: string[]): ReturnType<Site['do']> =>
    site.do('modtally', ['prune', '--keep-months', '12', '--archive', 'archive', ...args]);
  expect((await prune('--dry-run')).stderr).toMatch(/^1 rows from before \S+ would be removed\n$/);
  expect(existsSync(join(site.folder, 'archive'))).toBe(false);
  const { stdout, stderr } = await prune('--yes');
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^1 rows from before \S+ removed\n {2}\S+\/archive\/usage-\d{4}-\d\d\.parquet\n$/);
  const [name = '', ...more] = readdirSync(join(site.folder, 'archive'));
  expect(more).toEqual([]);
  expect(stderr).toContain(name);
  expect(await readParquet(`SELECT "user" FROM '${join(site.folder, 'archive', name)}'`)).toEqual([['old']]);
  expect(await users(site)).toEqual(['new', 'recent']);
  expect((await prune('--yes')).stderr).toMatch(/^0 rows from before \S+ removed\n$/);
  const other = newSite(kind, zone);
  await other.do('modtally', ['import', join(site.folder, 'archive', name)]);
  expect(await users(other)).toEqual(['old']);
  expect(readdirSync(join(site.folder, 'archive'))).toEqual([name]);
});

test.each(storeKinds)('prune --archive removes nothing from %s where there is no room for it', async (kind) => {
  const site = await pruneSite(kind);
  const many = Array.from({ length: 20_000 }, (_, index) => ({
    user: `user-${(index * 7919) % 20_000}`,
    time: new Date(Date.now() - 600 * 86_400_000 + index * 1000).toISOString(),
  }));
  site.write('many', logText(many));
  await site.do('modtally', ['import', 'many']);
  const { folder } = newSmallDisk('32k');
  const result = await site.run('modtally', ['prune', '--keep-months', '12', '--archive', folder, '--yes']);
  expectFailure(result, 1, /cannot write \S+usage-\S+: .*No space left/i, /^ {2}Nothing was removed/);
  expect(readdirSync(folder)).toEqual([]);
  expect(await users(site)).toHaveLength(20_003);
});

test.each([
  [[], /--keep-months/],
  [['--keep-months', 'x'], /--keep-months: x is no number of months/],
  [['--keep-months', '-1'], /--keep-months: -1/],
  [['--keep-months', '1.5'], /--keep-months: 1.5/],
  [['--keep-months', '1e1'], /--keep-months: 1e1/],
  [['--keep-months', '99999'], /--keep-months: 99999/],
  [['--keep-months', ''], /--keep-months/],
] as const)('prune %j is wrong usage', async (args, message) => {
  expectFailure(await newSite('duckdb').run('modtally', ['prune', ...args, '--yes']), 2, message);
});
