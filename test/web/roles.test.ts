import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { roles } from '../../src/core/role.ts';
import type { StoreTarget } from '../../src/store/store-target.ts';
import type { House } from '../../src/web/house.ts';
import { allRoutes } from '../../src/web/routes.ts';
import { fillBusyStore } from '../support/busy-store.ts';
import { type Dashboard, openDashboard } from '../support/dashboard.ts';

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

let dashboard: Dashboard;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'modtally-roles-'));
  const target: StoreTarget = { kind: 'duckdb', path: join(folder, 'usage.duckdb') };
  await fillBusyStore(target, 150);
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
    // Names of users and of groups, which may be those of users.
    if (who !== 'staff') expect(body).not.toMatch(/\buser\d\d\b|\bg[0-4]\b/);
    expect(response.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self'/,
    );
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(body).not.toMatch(/<[^>]+ (?:style|on\w+)=|<script(?![^>]* src=)|<style/i);
  });
});

async function anyUser(who: (typeof everybody)[number]): Promise<string> {
  const role = who === 'staff' ? 'staff' : 'analyst';
  const answer = await dashboard.get('/api/v1/reports/storms?limit=1', role);
  const { rows } = (await answer.json()) as { rows: { user: string }[] };
  return `?name=${rows[0]?.user}`;
}

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
