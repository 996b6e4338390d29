import { describe, expect, test } from 'vitest';
import { createSiteZone } from '../../src/core/site-zone.ts';
import { counts } from '../../src/report/counts.ts';
import { reports } from '../../src/report/reports.ts';
import { usernames } from '../../src/report/usernames.ts';
import type { Store } from '../../src/store/store.ts';
import { makeLoad, storeLoads } from '../support/make-loads.ts';
import { requestOf } from '../support/report-request.ts';
import { newTarget, openTestStore, storeKinds } from '../support/stores.ts';

const all = requestOf();

test('each report says what it is called, what it tells, and how it is called', () => {
  expect(new Set(reports.map(({ name }) => name)).size).toBe(reports.length);
  for (const { name, summary, reading, example } of reports) {
    expect(name).toMatch(/^[a-z_]+$/);
    expect(summary).toMatch(/^[a-z].*[^.]$/);
    expect(reading).toMatch(/\.$/);
    expect(example).toMatch(new RegExp(`^modtally report ${name}( |$)`));
  }
});

describe.each(storeKinds)('on %s', (kind) => {
  async function store(): Promise<Store> {
    const opened = await openTestStore(newTarget(kind));
    await opened.prepare();
    const loads = [
      makeLoad({ user: 'a', path: '/b', module: 'b/2', syshost: 'x' }),
      makeLoad({ user: 'b', path: '/b', module: 'b/1', syshost: 'y' }),
      makeLoad({ user: 'b', path: '/b', module: 'b/1', syshost: 'y' }),
      makeLoad({ user: 'a', path: '/é', module: 'é' }),
      makeLoad({ user: 'a', path: '/Z', module: 'Z' }),
      makeLoad({ user: 'a', path: '/a', module: 'a' }),
      makeLoad({ user: 'a', path: '/😀', module: '😀' }),
      makeLoad({ user: 'a', path: '/\uffee', module: 'half' }),
    ];
    await storeLoads(opened, loads, createSiteZone('UTC'));
    return opened;
  }

  test('the columns of a report are keys in snake_case, and each row has a cell for each', async () => {
    const opened = await store();
    for (const report of reports) {
      const { columns, rows } = await report.run(opened, all);
      for (const { key, title } of columns) expect(`${key} ${title}`).toMatch(/^[a-z_]+ [A-Z]/);
      for (const row of rows) expect(row).toHaveLength(columns.length);
    }
  });

  test('counts puts most users first, and ties by path from the last code point to the first', async () => {
    const { columns, rows } = await counts.run(await store(), all);
    expect(columns.map(({ key }) => key)).toEqual(['path', 'module', 'syshosts', 'users', 'loads', 'first', 'last']);
    expect(rows.map(([path]) => path)).toEqual(['/b', '/😀', '/\uffee', '/é', '/a', '/Z']);
    expect(rows[0]?.slice(1, 5)).toEqual(['b/1', ['x', 'y'], 2, 3]);
  });

  test('counts shows paths that nobody has loaded, once and last, and a limit holds for all', async () => {
    const opened = await store();
    const { rows } = await counts.run(opened, { ...all, allPaths: ['/never', '/a', '/never', '/ever'] });
    expect(rows.slice(-2)).toEqual([
      ['/never', null, [], 0, 0, null, null],
      ['/ever', null, [], 0, 0, null, null],
    ]);
    expect(rows).toHaveLength(8);
    expect((await counts.run(opened, { ...all, allPaths: ['/never'], limit: 2 })).rows).toHaveLength(2);
  });

  test('usernames goes by path and user in the order of code points', async () => {
    const { rows } = await usernames.run(await store(), all);
    expect(rows.map(([path, , , user]) => `${path} ${user}`)).toEqual([
      '/Z a',
      '/a a',
      '/b a',
      '/b b',
      '/é a',
      '/\uffee a',
      '/😀 a',
    ]);
  });
});
