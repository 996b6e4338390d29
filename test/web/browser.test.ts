import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fillBusyStore } from '../support/busy-store.ts';
import { type Dashboard, openDashboard } from '../support/dashboard.ts';
import { readParquet } from '../support/duckdb-file.ts';

/** Screenshots are kept, to be looked at. */
const shots = join(import.meta.dirname, '../../node_modules/.cache/screenshots');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const views = {
  overview: '/',
  modules: '/modules',
  module: '/module?name=gcc',
  users: '/users',
  user: '/user?name=user01',
  clusters: '/clusters',
  cluster: '/cluster?name=alder',
  catalogue: '/catalogue',
  reports: '/reports',
  report: '/reports/trend?by=week',
  search: '/search?q=g',
  login: '/login',
} as const;

const sizes = { desk: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } } as const;

let folder: string;
let dashboard: Dashboard;
let browser: Browser;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'modtally-browser-'));
  mkdirSync(shots, { recursive: true });
  const target = { kind: 'duckdb', path: join(folder, 'usage.duckdb') } as const;
  await fillBusyStore(target, 400);
  dashboard = await openDashboard(target);
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await dashboard?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A window of a browser that is signed in, with what its pages complain of and whom they ask. */
async function openWindow(
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<{ context: BrowserContext; page: Page; troubles: string[]; hosts: Set<string> }> {
  const context = await browser.newContext({ viewport: sizes.desk, ...options });
  const page = await context.newPage();
  const troubles: string[] = [];
  const hosts = new Set<string>();
  page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()));
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('request', (request) => hosts.add(new URL(request.url()).host));
  return { context, page, troubles, hosts };
}

async function signIn(page: Page, token = dashboard.tokens.staff): Promise<void> {
  await page.goto(`${dashboard.url}/login`);
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(`${dashboard.url}/`);
}

describe.each(Object.keys(sizes) as (keyof typeof sizes)[])('on a %s', (size) => {
  test.each(['light', 'dark'] as const)('every page can be read in the %s theme', async (theme) => {
    const { context, page, troubles, hosts } = await openWindow({ viewport: sizes[size], colorScheme: theme });
    await signIn(page);
    for (const [name, path] of Object.entries(views)) {
      await page.goto(dashboard.url + path);
      await page.screenshot({ path: join(shots, `${name}-${size}-${theme}.png`), fullPage: true });
      const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
      expect(wide, `${name} is wider than the window`).toBeLessThanOrEqual(0);
      expect(await page.locator('h1').count(), name).toBe(1);
      // Colours are by theme and order is by size: each is looked at once.
      if ((size === 'desk') !== (theme === 'light')) continue;
      await page.evaluate(axe);
      const { violations } = (await page.evaluate('axe.run()')) as {
        violations: { id: string; impact: string; nodes: { html: string }[] }[];
      };
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      expect(
        serious.map(({ id, nodes }) => [id, nodes[0]?.html]),
        name,
      ).toEqual([]);
    }
    expect(troubles).toEqual([]);
    expect([...hosts]).toEqual([new URL(dashboard.url).host]);
    await context.close();
  });
});

test('a page is filtered, and what it shows stands in its URL', async () => {
  const { context, page } = await openWindow();
  await signIn(page);
  const loads = async (): Promise<string> => page.locator('.tile', { hasText: 'Loads' }).locator('strong').innerText();
  const all = await loads();
  await page.locator('select[name=cluster]').selectOption('birch');
  await page.waitForURL(/cluster=birch/);
  const birch = await loads();
  expect(birch).not.toBe(all);
  await page.reload();
  expect(await loads()).toBe(birch);
  await page.locator('.panel', { hasText: 'Most used' }).getByRole('link', { name: 'gcc', exact: true }).click();
  await page.waitForURL(/\/module\?cluster=birch&name=gcc/);
  await context.close();
});

test('a report is downloaded in every format, and a spreadsheet finds no formula in it', async () => {
  const { context, page } = await openWindow({ acceptDownloads: true });
  await signIn(page);
  await page.goto(`${dashboard.url}/reports/top?each=module&cluster=birch`);
  const shown = await page.locator('.panel tbody tr').count();
  expect(shown).toBeGreaterThan(1);
  const download = async (name: string): Promise<{ name: string; path: string }> => {
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name }).click()]);
    return { name: file.suggestedFilename(), path: await file.path() };
  };
  const csv = await download('CSV');
  expect(csv.name).toBe('top.csv');
  const lines = readFileSync(csv.path, 'utf8').trim().split('\r\n');
  expect(lines[0]).toBe('rank,module,users,users_share,loads,loads_share');
  expect(lines[1]).toMatch(/^1,gcc\//);
  expect(lines.length).toBe(shown + 1);
  const ndjson = await download('NDJSON');
  expect(ndjson.name).toBe('top.ndjson');
  expect(
    readFileSync(ndjson.path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).rank),
  ).toHaveLength(shown);
  const parquet = await download('Parquet');
  expect(parquet.name).toBe('top.parquet');
  const rows = await readParquet(`SELECT module FROM read_parquet('${parquet.path}') ORDER BY rank`);
  expect(rows.map(([module]) => module)).toEqual(lines.slice(1).map((line) => line.split(',')[1]));

  // A browser shows JSON itself.
  await page.getByRole('link', { name: 'JSON', exact: true }).click();
  await page.waitForURL(/format=json/);
  const table = JSON.parse(await page.locator('body').innerText()) as { report: string; rows: { module: string }[] };
  expect(table.report).toBe('top');
  expect(table.rows.map(({ module }) => module)).toEqual(rows.map(([module]) => module));
  await context.close();
});

test('by keyboard alone one searches, comes to a module, and opens the table of its picture', async () => {
  const { context, page } = await openWindow();
  await signIn(page);
  await page.keyboard.press('/');
  await page.keyboard.type('grom');
  await page
    .getByRole('option', { name: /gromacs/ })
    .first()
    .waitFor();
  await page.keyboard.press('ArrowDown');
  expect(await page.locator('#search').getAttribute('aria-activedescendant')).toBe('hit-0');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/module\?name=gromacs/);
  const isOn = (selector: string): Promise<boolean> =>
    page.evaluate(`document.activeElement?.matches(${JSON.stringify(selector)})`);
  for (let presses = 0; presses < 60 && !(await isOn('.data > summary')); presses++) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  expect(await page.locator('.data').first().getAttribute('open')).not.toBeNull();
  await context.close();
});

test('without scripts, every page works', async () => {
  const { context, page } = await openWindow({ javaScriptEnabled: false });
  await signIn(page);
  expect(await page.locator('.plot svg polyline').count()).toBe(3);
  await page.getByRole('searchbox').fill('grom');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'gromacs', exact: true }).click();
  expect(await page.locator('h1').innerText()).toBe('gromacs');
  await context.close();
});

test('the theme that was chosen stays', async () => {
  const { context, page } = await openWindow({ colorScheme: 'light' });
  await signIn(page);
  await page.getByRole('button', { name: /dark and light/ }).click();
  await page.goto(`${dashboard.url}/modules`);
  expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
  await context.close();
});

test('the first view takes less than 100 kB', async () => {
  const { context, page } = await openWindow();
  await signIn(page);
  await context.clearCookies();
  let bytes = 0;
  const fresh = await openWindow();
  fresh.page.on('requestfinished', async (request) => {
    const { responseBodySize, responseHeadersSize } = await request.sizes();
    bytes += responseBodySize + responseHeadersSize;
  });
  await signIn(fresh.page);
  await fresh.page.waitForLoadState('networkidle');
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThan(100_000);
  await fresh.context.close();
  await context.close();
});

test('signing out ends the session', async () => {
  const { context, page } = await openWindow();
  await signIn(page);
  const [cookie] = await context.cookies();
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(/\/login$/);
  if (cookie !== undefined) await context.addCookies([cookie]);
  await page.goto(`${dashboard.url}/modules`);
  expect(page.url()).toMatch(/\/login\?next=%2Fmodules$/);
  await context.close();
});
