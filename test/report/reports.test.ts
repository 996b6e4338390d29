import { describe, expect, test } from 'vitest';
import { createSiteZone } from '../../src/core/site-zone.ts';
import { counts } from '../../src/report/counts.ts';
import { lastUsed } from '../../src/report/last-used.ts';
import { movers } from '../../src/report/movers.ts';
import type { Report, ReportRequest } from '../../src/report/report.ts';
import { optionValue } from '../../src/report/report-option.ts';
import { reports } from '../../src/report/reports.ts';
import { retire } from '../../src/report/retire.ts';
import { top } from '../../src/report/top.ts';
import { usernames } from '../../src/report/usernames.ts';
import type { Store } from '../../src/store/store.ts';
import { makeLoad, storeLoads } from '../support/make-loads.ts';
import { makeRequest } from '../support/make-request.ts';
import { allStoreKinds, newTarget, openTestStore } from '../support/stores.ts';

const all = makeRequest();
const ofInstalledAndPeople = ['unused', 'notify', 'groups', 'toolchains'];
const classic = ['counts', 'usernames', 'modules_used_by'];

test('each report says what it is called, what it tells, and how it is called', () => {
  expect(new Set(reports.map(({ name }) => name)).size).toBe(reports.length);
  for (const { name, summary, reading, example } of reports) {
    expect(name).toMatch(/^[a-z]+(?:[_-][a-z]+)*$/);
    expect(summary).toMatch(/^[a-z].*[^.]$/);
    expect(reading).toMatch(/\.$/);
    expect(example).toMatch(new RegExp(`^modtally report ${name}( |$)`));
  }
});

test('options that one report has are called otherwise than those of all, and their defaults are values', () => {
  const common = ['pattern', 'module', 'user', 'syshost', 'start', 'end', 'limit', 'format', 'store', 'config', 'tz'];
  for (const { name, options = [] } of reports) {
    expect(new Set(options.map((option) => option.name)).size, name).toBe(options.length);
    for (const option of options) {
      expect(common).not.toContain(option.name);
      expect(option.name).toMatch(/^[a-z]+$/);
      expect(option.meaning).toMatch(/^[a-z].*[^.]$/);
      expect(optionValue({}, option)).not.toBeNull();
      if (!['PATTERN', 'COLUMN', 'NAME'].includes(option.hint))
        expect(() => optionValue({ [option.name]: 'x' }, option)).toThrow(`--${option.name}: x is no`);
    }
  }
});

describe.each(allStoreKinds)('on %s', (kind) => {
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

  test('every report has an answer to an empty store, and a sentence to go with it', async () => {
    const opened = await openTestStore(newTarget(kind));
    await opened.prepare();
    for (const report of reports.filter(({ name }) => !classic.includes(name))) {
      const { rows, notes } = await report.run(opened, all);
      // Where there is no answer at all, `modtally report` says so itself.
      if (!ofInstalledAndPeople.includes(report.name)) {
        expect(notes, report.name).toContain('The store holds no loads yet: modtally import takes logs in.');
      }
      if (report.name !== 'health' && report.name !== 'summary') expect(rows, report.name).toEqual([]);
    }
  });

  test('every report has an answer where there is one load, of which nothing more is known', async () => {
    const opened = await openTestStore(newTarget(kind));
    await opened.prepare();
    await storeLoads(opened, [makeLoad({ module: 'gcc', syshost: null })], createSiteZone('UTC'));
    const noRows = ['unused', 'retire', 'movers', 'direct', 'jobs', 'together'];
    for (const report of reports) {
      const { rows, notes = [] } = await report.run(opened, all);
      if (report.name !== 'movers') expect(rows.length === 0, report.name).toBe(noRows.includes(report.name));
      if (rows.length === 0) expect(notes.length, report.name).toBeGreaterThan(0);
    }
  });

  test('where the log does not tell, a sentence says so, and what would bring it', async () => {
    const opened = await store();
    const notesOf = async (name: string): Promise<string> =>
      ((await reports.find((report) => report.name === name)?.run(opened, all))?.notes ?? []).join('\n');
    expect(await notesOf('direct')).toMatch(
      /^No load here says whether a user asked for it.*userload=.*requested_eval/m,
    );
    expect(await notesOf('jobs')).toMatch(/^No load on ls6, x, y has a job id.*jobid=/m);
    await storeLoads(opened, [makeLoad({ direct: true, jobid: '7', syshost: 'x' })], createSiteZone('UTC'));
    expect(await notesOf('direct')).toMatch(
      /^Left out, since no load of theirs says whether a user asked for it: 7\./m,
    );
    expect(await notesOf('jobs')).toMatch(/^No load on ls6, y has a job id/m);
  });

  test('the span that a report has chosen is told, and what stands for today', async () => {
    const opened = await store();
    const ask = async (report: Report, request: Partial<ReportRequest>): Promise<readonly string[]> =>
      (await report.run(opened, makeRequest(request))).notes ?? [];
    const chosen = 'Counted from 2024-11-11; --start says otherwise.';
    const stale = 'The newest load in the store is of 2024-11-11: that day stands for today.';
    const day = Date.UTC(2024, 10, 11) / 1000;
    expect(await ask(top, {})).toEqual([stale, chosen]);
    expect(await ask(top, { now: day + 8 * 86_400 })).toEqual([chosen]);
    expect(await ask(top, { filter: { start: day } })).toEqual([stale]);
    expect(await ask(top, { filter: { start: day, end: day + 86_400 } })).toEqual([]);
    expect(await ask(lastUsed, {})).toEqual([stale]);
    expect(await ask(retire, { now: day + 86_400 })).toEqual([
      'The store begins on 2024-11-11: nothing in it can be idle for 6 months yet.',
    ]);
    expect(await ask(movers, { filter: { start: day, end: day + 86_400 } })).toEqual([
      'Compared with 2024-11-10 to 2024-11-10.',
      'The store begins on 2024-11-11: of the span before it lacks some, or all.',
    ]);
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
