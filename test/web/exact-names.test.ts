import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSiteZone } from '../../src/core/site-zone.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { StoreTarget } from '../../src/store/store-target.ts';
import { type Dashboard, newDashboard, openDashboard } from '../support/dashboard.ts';
import { makeLoad, storeLoads } from '../support/make-loads.ts';

const zone = createSiteZone('UTC');

let folder: string;
let dashboard: Dashboard;
let target: StoreTarget;

/** Names that differ in letter case alone, or mean more than themselves as a pattern: each is loaded so many times. */
const times = { 'R/4.0': 1, 'r/4.0': 2, 'a_b/1': 4, 'axb/1': 8 } as const;
const users = { 'R/4.0': 'Bob', 'r/4.0': 'bob', 'a_b/1': 'a_b', 'axb/1': 'axb' } as const;
const clusters = { 'R/4.0': 'LS6', 'r/4.0': 'ls6', 'a_b/1': 'l%', 'axb/1': 'lx' } as const;
const modules = Object.keys(times) as (keyof typeof times)[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'modtally-names-'));
  target = { kind: 'duckdb', path: join(folder, 'usage.duckdb') };
  const store = await openStore(target, { waitMs: 20_000, zone });
  await store.prepare();
  const loads = modules.flatMap((module) =>
    Array.from({ length: times[module] }, () =>
      makeLoad({ module, path: `/apps/${module}`, user: users[module], syshost: clusters[module] }),
    ),
  );
  await storeLoads(store, loads, zone);
  await store.close();
  dashboard = await openDashboard(target);
});

afterAll(async () => {
  await dashboard?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function loadsOn(path: string): Promise<number> {
  const page = await (await dashboard.get(path, 'staff', { accept: 'text/html' })).text();
  const [, digits] = /<dt>Loads<\/dt><dd><strong title="(\d+)"/.exec(page) ?? [];
  return Number(digits);
}

test.each(modules)('the pages of what belongs to %s are about nothing else', async (module) => {
  const pathOf = (page: string, name: string): string => `/${page}?name=${encodeURIComponent(name)}`;
  expect(await loadsOn(pathOf('module', module))).toBe(times[module]);
  expect(await loadsOn(pathOf('user', users[module]))).toBe(times[module]);
  expect(await loadsOn(pathOf('cluster', clusters[module]))).toBe(times[module]);
  expect(await loadsOn(`/?cluster=${encodeURIComponent(clusters[module])}`)).toBe(times[module]);
});

test('a name that is not there is not that of another', async () => {
  for (const path of ['/module?name=A_B/1', '/user?name=BOB', '/cluster?name=Ls6']) {
    expect((await dashboard.get(path, 'staff', { accept: 'text/html' })).status, path).toBe(404);
  }
});

test('reports take patterns, and one cluster by its name', async () => {
  const loads = async (query: string): Promise<number> => {
    const answer = await dashboard.get(`/api/v1/reports/figures?${query}`, 'staff');
    return ((await answer.json()) as { rows: { loads: number }[] }).rows[0]?.loads ?? 0;
  };
  expect(await loads('syshost=ls6')).toBe(3);
  expect(await loads('cluster=ls6')).toBe(2);
  expect(await loads('user=a_b')).toBe(12);
  expect(await loads('cluster=l%25&module=%25b%25')).toBe(4);
  expect(await loads('cluster=l%25&module=r%25')).toBe(0);
});

test.each(['a_b', 'a_b/1'])('what the page of %s leads to is about nothing else', async (name) => {
  const page = await (await dashboard.get(`/module?name=${encodeURIComponent(name)}`, 'staff')).text();
  const follow = async (report: string, key: string): Promise<unknown[]> => {
    const [, query = ''] = new RegExp(`href="/reports/${report}\\?([^"]+)"`).exec(page) ?? [];
    const answer = await dashboard.get(`/api/v1/reports/${report}?${query.replaceAll('&amp;', '&')}`, 'staff');
    return ((await answer.json()) as { rows: Record<string, unknown>[] }).rows.map((row) => row[key]);
  };
  expect(await follow('notify', 'user')).toEqual(['a_b']);
  expect(await follow('versions', 'package')).toEqual(['a_b']);
});

test('a pseudonym is that of one person', async () => {
  const answer = await dashboard.get('/api/v1/reports/usernames?columns=user,loads', 'analyst');
  const { rows } = (await answer.json()) as { rows: { user: string; loads: number }[] };
  expect(rows.length).toBe(4);
  for (const { user, loads } of rows) {
    const own = await dashboard.get(`/api/v1/reports/figures?user=${user}`, 'analyst');
    expect(((await own.json()) as { rows: { loads: number }[] }).rows[0]?.loads).toBe(loads);
  }
});

test('the form of a report sends on all that it was asked for, to the letter', async () => {
  const query = new URLSearchParams([
    ['module', 'a%'],
    ['module', 'r%'],
    ['user', 'a\u202e"&amp;b'],
    ['syshost', 'l%'],
    ['cluster', 'gone'],
    ['start', '2024-01-01 10:00'],
    ['end', '2025-01-01'],
    ['limit', '5'],
    ['by', 'loads'],
  ]);
  const page = await (await dashboard.get(`/reports/top?${query}`, 'staff')).text();
  const [form = ''] = /<form class="filters wide".*?<\/form>/s.exec(page) ?? [];
  const read = (text: string): string =>
    text
      .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(code))
      .replaceAll('&quot;', '"')
      .replaceAll('&amp;', '&');
  const sent = [...form.matchAll(/<input[^>]* name="(\w+)" value="([^"]*)"/g)].map(([, name, value = '']) => [
    name,
    read(value),
  ]);
  for (const [, name, choices = ''] of form.matchAll(/<select name="(\w+)">(.*?)<\/select>/gs)) {
    const [, value, text] = /<option(?: value="([^"]*)")? selected>([^<]*)/.exec(choices) ?? [];
    sent.push([name, value ?? text ?? '']);
  }
  const named = sent.filter(([name, value]) => value !== '' && name !== 'each');
  expect(named.sort()).toEqual([...query].sort());
  expect(form).toContain('<input type="text" name="start"');
});

test('an answer is the one that is known only to the server that gave it, as others have other keys and settings', async () => {
  const other = await newDashboard(target, { leastUsers: 2 });
  for (const path of ['/users', '/api/v1/reports/usernames']) {
    const etag = (await dashboard.get(path, 'analyst')).headers.get('etag') ?? '';
    expect((await dashboard.get(path, 'analyst', { 'if-none-match': etag })).status).toBe(304);
    expect((await other.get(path, 'analyst', { 'if-none-match': etag })).status).toBe(200);
  }
});
