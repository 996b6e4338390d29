import { beforeEach, describe, expect, test } from 'vitest';
import { expectFailure } from '../support/expect-failure.ts';
import { runSpider } from '../support/module-tools.ts';
import { newSite, type Site } from '../support/site.ts';
import { storeKinds } from '../support/stores.ts';
import { logText } from '../support/write-log.ts';
import { writeLmodTree } from '../support/write-module-tree.ts';

describe.each(storeKinds)('modtally catalogue on %s', (kind) => {
  let site: Site;

  beforeEach(() => {
    site = newSite(kind, 'Europe/Amsterdam');
  });

  const add = async (input: string, ...args: string[]): Promise<string> =>
    (await site.do('modtally', ['catalogue', 'add', ...args, '-'], { input })).stderr;
  const json = async (...args: string[]): Promise<Record<string, unknown>[]> =>
    JSON.parse((await site.do('modtally', ['catalogue', ...args, '--format', 'json'])).stdout);

  test('takes in what the spider prints, makes the store on the way, and says what is new', async () => {
    const { core } = writeLmodTree(site.folder);
    const spider = await runSpider('spider-json', core);
    expect(await add(spider, '--syshost', 'alder', '--date', '2025-03-01')).toBe('alder, 2025-03-01: 25 modules\n');
    expect(await add(spider, '--syshost', 'alder', '--date', '2025-03-01')).toBe(
      'alder, 2025-03-01: 25 modules, in already\n',
    );
    expect(await add('/a\n/b\n', '--syshost', 'alder', '--date', '2025-03-09')).toBe(
      'alder, 2025-03-09: 2 modules, 2 new and 25 gone since 2025-03-01\n',
    );
    expect(await json('list')).toEqual([
      { syshost: 'alder', date: '2025-03-01', modules: 25, new: null, gone: null },
      { syshost: 'alder', date: '2025-03-09', modules: 2, new: 2, gone: 25 },
    ]);
    const onThatDay = await json('show', '--date', '2025-03-08');
    expect(onThatDay).toHaveLength(25);
    expect(onThatDay.find(({ module }) => module === 'gcc/11.3')).toEqual({
      syshost: 'alder',
      date: '2025-03-01',
      path: `${core}/gcc/11.3.lua`,
      module: 'gcc/11.3',
      marks: ['default'],
      since: '2025-03-01',
      kind: 'spider',
    });
    expect(await json('show', '--date', '2025-02-28')).toEqual([]);
    expect((await json('show')).map(({ path }) => path)).toEqual(['/a', '/b']);
  });

  test('takes the only cluster there is usage of, asks where there are more, and today where no day is said', async () => {
    const unknown = await site.run('modtally', ['catalogue', 'add', '-'], { input: '/a\n' });
    expectFailure(unknown, 2, /cluster .* not known/, /--syshost.*of none yet/);
    site.write('log', logText([{ host: 'c1.ls6.edu' }]));
    await site.do('modtally', ['import', 'log']);
    expect(await add('/a\n')).toMatch(/^ls6, \d{4}-\d{2}-\d{2}: 1 module\n$/);
    site.write('log2', logText([{ host: 'c1.frontera.edu', time: '2024-11-12T12:00:00Z' }]));
    await site.do('modtally', ['import', 'log2']);
    const several = await site.run('modtally', ['catalogue', 'add', '-'], { input: '/a\n' });
    expectFailure(several, 2, /cluster .* not known/, /frontera, ls6/);
    await add('/a\n', '--syshost', 'ls6', '--syshost', 'frontera', '--date', '2024-11-11', '--quiet');
    expect((await json('list', '--syshost', 'FRONT%')).map(({ date }) => date)).toEqual(['2024-11-11']);
  });

  test('stores nothing of what cannot be read to its end, and leaves what is there', async () => {
    await add('/a\n', '--syshost', 'alder', '--date', '2025-03-01');
    for (const input of ['/b\nc\n', '{"gcc":', '{}', '']) {
      const args = ['catalogue', 'add', '--syshost', 'alder', '--date', '2025-03-01', '-'];
      expectFailure(await site.run('modtally', args, { input }), 1, /standard input/);
    }
    expect((await json('show')).map(({ path }) => path)).toEqual(['/a']);
  });
});

describe('wrong usage', () => {
  test.each([
    [['forget'], /there is no catalogue forget/, /add SOURCE/],
    [['toString'], /there is no catalogue toString/, /add SOURCE/],
    [[], /missing required argument 'action'/, /--help/],
    [['add'], /needs something to read/, /add SOURCE/],
    [['add', '--syshost', '', 'x'], /--syshost/, undefined],
    [['add', '--date', '2025-02-30', 'x'], /--date: 2025-02-30 is no date/, /YYYY-MM-DD/],
    [['list', 'x'], /catalogue list takes no x/, /add SOURCE/],
    [['list', '--date', '2025-02-03'], /takes no --date/, /add SOURCE/],
    [['show', '--format', 'xml'], /there is no format xml/, /table, json, csv, md/],
  ] as const)('catalogue %j', async (args, message, hint) => {
    expectFailure(await newSite('duckdb').run('modtally', ['catalogue', ...args]), 2, message, hint);
  });
});
