import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addToken } from '../../src/app/token-file.ts';
import { createSiteZone } from '../../src/core/site-zone.ts';
import { openStore } from '../../src/store/open-store.ts';
import { type Dashboard, openDashboard } from '../support/dashboard.ts';
import { makeLoad, storeLoads } from '../support/make-loads.ts';
import { newDatabaseTarget, runSql } from '../support/site.ts';
import { type StoreKind, storeKinds } from '../support/stores.ts';

const zone = createSiteZone('UTC');

/** What a log can carry. */
const hostile = {
  markup: '<script>document.title="owned"</script><img src=x onerror=document.title="owned">',
  quotes: `"'\`><b>&amp;`,
  control: 'a\u001b[31mred\u0007\u0008b',
  bidi: 'user\u202etxt.exe',
  formula: "=cmd|' /C calc'!A1",
  sql: "x'; DROP TABLE moduleT; --",
  template: '{{7*7}}<%= 7*7 %>',
  cells: 'a;=1+1;b',
  path: '../../etc/passwd',
  long: 'n'.repeat(250),
} as const;

let folder: string;
let browser: Browser;
const dashboards = new Map<StoreKind, Dashboard>();
let database = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'modtally-hostile-'));
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] });
  for (const kind of storeKinds) {
    const own = newDatabaseTarget();
    if (kind === 'mysql') database = own.database;
    const target = kind === 'mysql' ? own : ({ kind, path: join(folder, 'usage.duckdb') } as const);
    const store = await openStore(target, { waitMs: 20_000, zone });
    await store.prepare();
    const loads = Object.values(hostile).map((text) =>
      makeLoad({ user: text, module: `${text}/1.0`, path: `/apps/${text}`, syshost: text.slice(0, 100), group: text }),
    );
    await storeLoads(store, loads, zone);
    await store.close();
    dashboards.set(kind, await openDashboard(target));
  }
}, 120_000);

afterAll(async () => {
  await browser?.close();
  for (const dashboard of dashboards.values()) await dashboard.close();
  if (database !== '') await runSql(`DROP DATABASE IF EXISTS ${database}`);
  rmSync(folder, { recursive: true, force: true });
});

const dashboardOf = (kind: StoreKind): Dashboard => {
  const dashboard = dashboards.get(kind);
  if (dashboard === undefined) throw new Error('no dashboard');
  return dashboard;
};

/** Characters that would act on whoever reads them. */
const acting = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/;

describe.each(storeKinds)('on %s', (kind) => {
  test('names are text on every page', async () => {
    const { url, tokens } = dashboardOf(kind);
    const context = await browser.newContext({ extraHTTPHeaders: { authorization: `Bearer ${tokens.staff}` } });
    const page = await context.newPage();
    const troubles: string[] = [];
    page.on('console', (message) => message.type() === 'error' && troubles.push(message.text()));
    page.on('dialog', (dialog) => troubles.push(dialog.message()));
    const names = Object.values(hostile);
    const paths = [
      ...['/', '/modules', '/users', '/clusters', '/catalogue', '/reports/usernames', '/reports/groups', '/search?q=a'],
      ...names.flatMap((name) => {
        const query = encodeURIComponent(name);
        return [
          `/user?name=${query}`,
          `/module?name=${query}%2F1.0`,
          `/cluster?name=${encodeURIComponent(name.slice(0, 100))}`,
        ];
      }),
    ];
    for (const path of paths) {
      const response = await page.goto(url + path);
      expect(response?.status(), path).toBe(200);
      expect(await page.title(), path).toMatch(/ – modtally$/);
      expect(await page.locator('img, main script, main iframe').count(), path).toBe(0);
      expect(await page.locator('main').innerText(), path).not.toMatch(acting);
    }
    await page.locator('#search').fill('script');
    await page.getByRole('option').first().waitFor();
    expect(await page.locator('.hits img, .hits script').count()).toBe(0);
    expect(troubles).toEqual([]);
    await context.close();
  });

  test('names are harmless in CSV, JSON and the log, and come back as they were from JSON and Parquet', async () => {
    const dashboard = dashboardOf(kind);
    const csv = await (await dashboard.get('/api/v1/reports/usernames?format=csv', 'staff')).text();
    expect(csv).not.toMatch(acting);
    expect(csv).not.toMatch(/(?:^|,)"?[=+@]/m);
    // Where a semicolon ends a cell, too.
    expect(csv.replace(/"(?:[^"]|"")*"/g, '""')).not.toContain(';');
    for (const path of ['/api/v1/search?q=user', '/api/v1/search?q=red', '/api/v1/reports/groups?format=json']) {
      expect(await (await dashboard.get(path, 'staff')).text(), path).not.toMatch(acting);
    }
    const { token } = addToken(dashboard.folder, { name: `bidi\u202e${kind}`, role: 'staff', expires: null });
    const me = await (await dashboard.get('/api/v1/me', 'nobody', { authorization: `Bearer ${token}` })).text();
    expect(me).not.toMatch(acting);
    expect(JSON.parse(me)).toMatchObject({ name: `bidi\u202e${kind}` });
    const json = await (await dashboard.get('/api/v1/reports/usernames', 'staff')).text();
    expect(json).not.toMatch(acting);
    const { rows } = JSON.parse(json) as { rows: { user: string }[] };
    expect(rows.map(({ user }) => user).sort()).toEqual(Object.values(hostile).toSorted());
    const parquet = Buffer.from(
      await (await dashboard.get('/api/v1/reports/usernames?format=parquet', 'staff')).arrayBuffer(),
    );
    expect(parquet.subarray(0, 4).toString()).toBe('PAR1');
    for (const name of Object.values(hostile)) {
      const answer = await dashboard.get(`/api/v1/reports/usernames?user=${encodeURIComponent(name)}`, 'staff');
      expect(answer.status).toBe(200);
    }
    const log = dashboard.log.join('');
    expect(log).not.toMatch(acting);
    expect(log).not.toContain('onerror');
  });
});
