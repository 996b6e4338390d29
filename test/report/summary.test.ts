import { expect, test } from 'vitest';
import { createSiteZone } from '../../src/core/site-zone.ts';
import { summary } from '../../src/report/summary.ts';
import { top } from '../../src/report/top.ts';
import { makeLoad, storeLoads } from '../support/make-loads.ts';
import { makeRequest } from '../support/make-request.ts';
import { newTarget, openTestStore } from '../support/stores.ts';

const utc = createSiteZone('UTC');
const users = ['zoe-the-first', 'yan-the-second', 'xia-the-third'];

async function store(): ReturnType<typeof openTestStore> {
  const opened = await openTestStore(newTarget('duckdb'));
  await opened.prepare();
  const loads = Array.from({ length: 300 }, (_, day) =>
    makeLoad({
      user: users[day % 3] ?? '',
      module: day < 50 ? 'old/1.0' : `gcc/${day % 4}`,
      syshost: day % 2 === 0 ? 'ls6' : 'frontera',
      timeUs: Date.UTC(2024, 0, 1 + day) * 1000,
      direct: day % 2 === 0,
      jobid: '7',
    }),
  );
  await storeLoads(opened, loads, utc);
  return opened;
}

test('the summary has the others in short, each as it answers by itself', async () => {
  const opened = await store();
  const filter = { start: Date.UTC(2024, 6, 1) / 1000, end: Date.UTC(2024, 9, 1) / 1000 };
  const { page, rows, columns } = await summary.run(opened, makeRequest({ filter }));
  expect(page?.title).toBe('Module usage, 2024-07-01 to 2024-09-30');
  expect(page?.sections.map(({ title }) => title)).toEqual([
    'In short',
    'Over time',
    'Most used',
    'New, rising, falling, gone',
    'Versions',
    'Clusters',
    'Groups',
    'Toolchains',
    'In jobs and outside',
    'Loaded together',
    'Hardly asked for',
    'Installed, and not loaded',
    'To retire',
    'Longest idle',
    'Storms',
    'Soundness of the data',
  ]);
  expect(page?.sections[0]?.table.rows).toEqual([
    ['Users', 3, 3],
    ['Loads', 92, 91],
    ['Packages', 1, 1],
    ['Modules', 4, 4],
    ['Clusters', 2, 2],
    ['Days with loads', 92, 91],
  ]);
  expect(page?.sections[2]?.table).toEqual(await top.run(opened, makeRequest({ filter, limit: 15 })));
  // What is idle was last used before the span began.
  expect(page?.sections.find(({ title }) => title === 'To retire')?.table.rows[0]?.[0]).toBe('old/1.0');
  const section = columns.findIndex(({ key }) => key === 'section');
  expect(new Set(rows.map((row) => row[section]))).toEqual(
    new Set(page?.sections.filter(({ table }) => table.rows.length > 0).map(({ title }) => title)),
  );
  for (const row of rows) expect(row).toHaveLength(columns.length);
});

test('the summary names no user, not even by a group of one or a tree of their own', async () => {
  const opened = await store();
  const own = users.map((user) =>
    makeLoad({ user, group: user, module: 'mine/1.0', path: `/home/${user}/modules/mine/1.0.lua`, jobid: '7' }),
  );
  await storeLoads(opened, own, utc);
  await storeLoads(
    opened,
    users.map((user) => makeLoad({ user, group: 'bio', module: 'blast/2.1', path: '/apps/blast/2.1.lua' })),
    utc,
  );
  const { page } = await summary.run(opened, makeRequest());
  const text = JSON.stringify(page);
  expect(text).toContain('gcc');
  for (const user of users) expect(text).not.toContain(user);
  expect(page?.sections.find(({ title }) => title === 'Groups')?.table.rows.map(([group]) => group)).toEqual([
    'bio',
    null,
  ]);
});

test('time goes by in days, weeks or months, as the span is long', async () => {
  const opened = await store();
  const columnOf = async (days: number): Promise<string | undefined> => {
    const start = Date.UTC(2024, 1, 1) / 1000;
    const { page } = await summary.run(opened, makeRequest({ filter: { start, end: start + days * 86_400 } }));
    return page?.sections[1]?.table.columns[0]?.title;
  };
  expect(await Promise.all([31, 91, 182].map(columnOf))).toEqual(['Day', 'Week of', 'Month']);
});

test('a limit holds for each section', async () => {
  const { page } = await summary.run(await store(), makeRequest({ limit: 1 }));
  for (const { title, table } of page?.sections.slice(2) ?? []) expect(table.rows.length, title).toBeLessThan(2);
});
