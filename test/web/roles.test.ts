import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Role, roles } from '../../src/core/role.ts';
import { createSiteZone } from '../../src/core/site-zone.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { StoreTarget } from '../../src/store/store-target.ts';
import type { House } from '../../src/web/house.ts';
import type { Route } from '../../src/web/route.ts';
import { allRoutes } from '../../src/web/routes.ts';
import { busyEnd, fillBusyStore } from '../support/busy-store.ts';
import { type Dashboard, newDashboard, openDashboard } from '../support/dashboard.ts';
import { readParquet } from '../support/duckdb-file.ts';
import { makeLoad, storeLoads } from '../support/make-loads.ts';

const everybody = ['nobody', ...roles] as const;

/** The routes are the same in every house. */
const routes = allRoutes({ settings: { url: null }, provider: {} } as House);

/** What a route needs to be asked for anything. */
const queries: Readonly<Record<string, string>> = {
  '/module': '?name=gcc',
  '/cluster': '?name=alder',
  '/search': '?q=g',
  '/api/v1/search': '?q=g',
  '/api/v1/reports/companions': '?of=gcc',
  '/reports/companions': '?of=gcc',
};

/** Names of users, of who has loaded nothing, and of groups, which may be those of users. */
const names = /\buser\d\d\b|nobody77|\bg[0-4]\b/;

let dashboard: Dashboard;
let target: StoreTarget;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'modtally-roles-'));
  target = { kind: 'duckdb', path: join(folder, 'usage.duckdb') };
  await fillBusyStore(target, 150);
  const zone = createSiteZone('UTC');
  const store = await openStore(target, { waitMs: 20_000, zone });
  // Names stand elsewhere, too.
  const own = { user: 'user01', module: 'user01/1.0', path: '/home/user01/1.0.lua', group: 'user01' };
  const inHome = { user: 'user02', path: '/projects/user01/users/nobody77/2.0.lua' };
  const timeUs = (busyEnd - 86_400_000) * 1000;
  await storeLoads(store, [makeLoad({ ...own, timeUs }), makeLoad({ ...inHome, timeUs })], zone);
  await store.close();
  dashboard = await openDashboard(target);
}, 120_000);

afterAll(async () => {
  await dashboard.close();
  rmSync(folder, { recursive: true, force: true });
});

test('every route says who may ask, and there are pages, reports and files among them', () => {
  expect(routes.length).toBeGreaterThan(60);
  for (const kind of ['api', 'page', 'file', 'watch']) expect(routes.some((route) => route.kind === kind)).toBe(true);
  expect(new Set(routes.map(({ method, path }) => `${method} ${path}`)).size).toBe(routes.length);
});

describe.each(
  routes
    .filter(({ method, path }) => method === 'GET' && !path.startsWith('/login/'))
    .map(({ path, least, kind }) => ({ path, least, kind })),
)('$path', ({ path, least, kind }) => {
  test.each(everybody)('as %s', async (who) => {
    const asAnalyst = path === '/user' ? await anyUser(who) : '';
    const response = await dashboard.get(`${path}${queries[path] ?? asAnalyst}`, who, { accept: 'text/html, */*' });
    const body = await response.text();
    const may = least === 'nobody' || (who !== 'nobody' && roles.indexOf(who) >= roles.indexOf(least));
    if (may)
      expect({ status: response.status, body: response.status === 200 ? '' : body }).toEqual({ status: 200, body: '' });
    else if (who === 'nobody') expect(response.status).toBe(kind === 'page' ? 303 : 401);
    else expect(response.status).toBe(403);
    if (who !== 'staff') expect(body).not.toMatch(names);
    expect(response.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self'/,
    );
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(body).not.toMatch(/<[^>]+ (?:style|on\w+)=|<script(?![^>]* src=)|<style/i);
  });
});

/** What stands in a download. */
async function textIn(bytes: Buffer, format: string): Promise<string> {
  if (format !== 'parquet') return bytes.toString('utf8');
  const path = join(folder, 'download.parquet');
  writeFileSync(path, bytes);
  const rows = await readParquet(`SELECT * FROM read_parquet('${path}')`);
  return JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? String(value) : value));
}

async function anyUser(who: (typeof everybody)[number]): Promise<string> {
  const role = who === 'staff' ? 'staff' : 'analyst';
  const answer = await dashboard.get('/api/v1/reports/storms?limit=1', role);
  const { rows } = (await answer.json()) as { rows: { user: string }[] };
  return `?name=${rows[0]?.user}`;
}

describe('who has no token, where the public is let in,', () => {
  test('sees what the public sees, and nothing else', async () => {
    const open = await newDashboard(target, { isPublic: true });
    const page = await open.get('/', 'nobody', { accept: 'text/html' });
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('You see what is public');
    expect(await (await open.get('/api/v1/me')).json()).toEqual({ name: '', role: 'public', by: 'nothing' });
    const top = (await (await open.get('/api/v1/reports/top')).json()) as { columns: { key: string }[] };
    expect(top.columns.map(({ key }) => key)).toEqual(['package', 'users']);
    for (const path of ['/users', '/api/v1/reports/usernames']) {
      expect((await open.get(path, 'nobody', { accept: 'text/html' })).status, path).toBe(403);
    }
    expect((await open.get('/api/v1/reports/top?user=user01')).status).toBe(400);
  });
});

describe.each(['analyst', 'public'] as const)('in what %s download', (role) => {
  const reports = routes.filter(
    ({ path, least }) => path.startsWith('/api/v1/reports/') && roles.indexOf(role) >= roles.indexOf(least as Role),
  );
  const queriesOf = ({ query }: Route): string[] =>
    role === 'analyst' && query?.['each']?.enum?.includes('path') ? ['', 'each=path&'] : [''];

  test.each(['json', 'csv', 'ndjson', 'parquet'])('there is nobody by name: %s', async (format) => {
    for (const route of reports) {
      for (const query of queriesOf(route)) {
        const path = `${route.path}?${query}format=${format}`;
        const answer = await dashboard.get(path, role);
        expect(answer.status, path).toBe(200);
        const bytes = Buffer.from(await answer.arrayBuffer());
        expect(await textIn(bytes, format), path).not.toMatch(names);
      }
    }
  });
});

test('staff download names, in a form in which the tests above would find them', async () => {
  for (const format of ['csv', 'ndjson', 'parquet']) {
    const answer = await dashboard.get(`/api/v1/reports/usernames?format=${format}`, 'staff');
    const text = await textIn(Buffer.from(await answer.arrayBuffer()), format);
    for (const name of ['user01', 'user05', 'nobody77']) expect(text, format).toContain(name);
  }
});

describe('an analyst', () => {
  const users = async (): Promise<string[]> => {
    const answer = await dashboard.get('/api/v1/reports/notify?columns=user', 'analyst');
    return ((await answer.json()) as { rows: { user: string }[] }).rows.map(({ user }) => user);
  };

  test('sees pseudonyms that stay, and can ask by them and not by names', async () => {
    const [one = ''] = await users();
    expect(one).toMatch(/^u-[0-9a-z]{12}$/);
    expect((await users())[0]).toBe(one);
    const count = async (user: string): Promise<number> => {
      const answer = await dashboard.get(`/api/v1/reports/usernames?user=${user}`, 'analyst');
      return ((await answer.json()) as { rows: unknown[] }).rows.length;
    };
    expect(await count(one)).toBeGreaterThan(0);
    expect(await count('user01')).toBe(0);
    expect(await count('user%25')).toBe(0);
    expect((await dashboard.get('/user?name=user01', 'analyst')).status).toBe(404);
    expect((await dashboard.get(`/user?name=${one}`, 'analyst')).status).toBe(200);
  });

  test('sees them in an order that tells nothing of that of names', async () => {
    const seen = [...new Set(await users())];
    expect(seen).toEqual(seen.toSorted());
  });
});

describe('staff', () => {
  const lastEntries = (count: number): Record<string, unknown>[] => {
    const lines = readFileSync(join(dashboard.folder, 'audit.jsonl'), 'utf8').trim().split('\n');
    return lines.slice(-count).map((line) => JSON.parse(line));
  };

  test('are written down, with by whom they have asked, where the answer names nobody', async () => {
    await dashboard.get('/reports/top?user=user04&each=module', 'staff');
    await dashboard.get('/reports/modules_used_by?pattern=user05', 'staff');
    expect(lastEntries(2)).toMatchObject([
      { what: '/reports/top', users: ['user04'] },
      { what: '/reports/modules_used_by', users: ['user05'] },
    ]);
  });

  test('are written down, with the users whom a search has found', async () => {
    await dashboard.get('/search?q=user06', 'staff');
    await dashboard.get('/api/v1/search?q=user07', 'staff');
    await dashboard.get('/api/v1/search?q=gcc', 'staff');
    expect(lastEntries(2)).toMatchObject([
      { what: '/search', users: ['user06'] },
      { what: '/api/v1/search', users: ['user07'] },
    ]);
  });

  test('are written down, with whom they have looked at', async () => {
    await dashboard.get('/user?name=user02', 'staff');
    await dashboard.get('/api/v1/reports/usernames?user=user03', 'staff');
    await dashboard.get('/api/v1/reports/top', 'staff');
    const path = join(dashboard.folder, 'audit.jsonl');
    const lines = readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.at(-2)).toMatchObject({ who: 'one of staff', role: 'staff', what: '/user', users: ['user02'] });
    expect(lines.at(-1)).toMatchObject({ what: '/api/v1/reports/usernames', users: ['user03'] });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(lines.filter(({ role }) => role !== 'staff')).toEqual([]);
  });
});

test('the log has neither names of users nor tokens', async () => {
  await dashboard.get('/user?name=user02', 'staff');
  const log = dashboard.log.join('');
  expect(log.includes('"route":"/user","status":200')).toBe(true);
  expect(log).not.toMatch(/user0\d|mt_/);
});
