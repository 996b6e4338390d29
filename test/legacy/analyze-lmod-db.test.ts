import { beforeAll, describe, expect, test } from 'vitest';
import { readClassicTable } from '../support/classic-table.ts';
import { expectFailure } from '../support/expect-failure.ts';
import { createSite, newSite, type Site } from '../support/site.ts';
import { storeKinds } from '../support/stores.ts';
import { logText } from '../support/write-log.ts';

const time = /^\d+:\d\d:\d\d\.\d{6}$/;

/** A report without the time it took, which must have the form of the reference. */
function withoutTime(stdout: string): string {
  const [report = '', taken = ''] = stdout.split('Time:  ');
  expect(taken.trimEnd()).toMatch(time);
  expect(taken).toMatch(/\d\n$/);
  return report;
}

describe.each(storeKinds)('analyzeLmodDB on %s', (kind) => {
  let site: Site;
  const ask = async (...args: string[]): Promise<string> => withoutTime((await site.do('analyzeLmodDB', args)).stdout);

  beforeAll(async () => {
    site = createSite(kind, 'America/Chicago');
    const many = Array.from({ length: 12 }, (_, index) => ({ user: `u${index}`, module: 'python/3.12' }));
    site.write(
      'log',
      logText([
        ...many,
        { user: 'alice', module: 'R/4.0', time: '2024-11-12T05:59:59Z' },
        { user: 'bob', module: 'R/4.0', host: 'c2.frontera.edu', time: '2024-11-12T06:00:00Z' },
        { user: 'bob', module: 'gcc/12.2', path: '/apps/g-c/12.2.lua' },
      ]),
    );
    await site.do('store_module_data', ['log']);
    return site.close;
  });

  test('prints counts as the reference does, to the blank', async () => {
    expect(await ask('counts')).toBe(
      [
        '',
        '',
        'Module path              Syshost         Distinct Users',
        '-----------              -------         --------------',
        '/apps/python/3.12.lua    ls6                         12',
        '/apps/R/4.0.lua          frontera,ls6                 2',
        '/apps/g-c/12.2.lua       ls6                          1',
        '',
        '',
        'Number of entries:  3',
        '',
        '',
      ].join('\n'),
    );
  });

  test('prints usernames and modules_used_by as the reference does, to the blank', async () => {
    expect(await ask('usernames', '--sqlPattern', '%/r/%')).toBe(
      [
        '',
        '',
        'Module path        Syshost     User Name',
        '-----------        -------     ---------',
        '/apps/R/4.0.lua    ls6         alice',
        '/apps/R/4.0.lua    frontera    bob',
        '',
        '',
        'Number of entries:  2',
        '',
        '',
      ].join('\n'),
    );
    expect(await ask('modules_used_by', '--sqlPattern', 'BO_')).toBe(
      [
        '',
        '',
        'Module path           Syshost     User Name',
        '-----------           -------     ---------',
        '/apps/R/4.0.lua       frontera    bob',
        '/apps/g-c/12.2.lua    ls6         bob',
        '',
        '',
        'Number of entries:  2',
        '',
        '',
      ].join('\n'),
    );
  });

  test('prints header, rule and 0 entries where there are no rows', async () => {
    expect(await ask('counts', '--sqlPattern', 'nothing')).toBe(
      [
        '',
        '',
        'Module path    Syshost    Distinct Users',
        '-----------    -------    --------------',
        '',
        '',
        'Number of entries:  0',
        '',
        '',
      ].join('\n'),
    );
    expect(await ask('usernames', '--end', '2000-01-01')).toMatch(/Syshost {4}User Name\n-+ {4}-+ {4}-+\n\n\nNumber/);
  });

  test('reads dates in the zone of the site, the end exclusive', async () => {
    const users = async (...args: string[]): Promise<(string | undefined)[]> =>
      readClassicTable((await site.do('analyzeLmodDB', [...args, '--sqlPattern', '%/R/%', 'usernames'])).stdout).map(
        (cells) => cells.at(-1),
      );
    expect(await users('--start', '2024-11-12')).toEqual(['bob']);
    expect(await users('--end', '2024-11-12')).toEqual(['alice']);
    expect(await users('--start', '2024-11-11 23:59:59', '--end', '2024-11-12 00:00:01')).toEqual(['alice', 'bob']);
    expect(await users('--start', '2024-11-11T23:59', '--end', '2024-11-12T00:00')).toEqual(['alice']);
  });

  test('--allmodulesFn adds to counts what nobody has loaded, and to no other report', async () => {
    site.write('all', '/apps/R/4.0.lua\n\n  /apps/never/1.0.lua  \r\n/apps/never/1.0.lua\n/apps/never/2.0.lua\n');
    const { stdout } = await site.do('analyzeLmodDB', ['--allmodulesFn', 'all', '--sqlPattern', '%R%', 'counts']);
    expect(readClassicTable(stdout)).toEqual([
      ['/apps/R/4.0.lua', 'frontera,ls6', '2'],
      ['/apps/never/2.0.lua', '0'],
      ['/apps/never/1.0.lua', '0'],
    ]);
    expect(stdout).toContain('Number of entries:  3\n');
    expect(await ask('--allmodulesFn', 'all', 'usernames', '--sqlPattern', 'nothing')).toContain('entries:  0');
    expectFailure(await site.run('analyzeLmodDB', ['--allmodulesFn', 'nowhere', 'counts']), 1, /cannot read nowhere/);
  });
});

test('shows what could act on a terminal by its number, so that the columns stay in line', async () => {
  const site = newSite('duckdb');
  site.write('log', logText([{ user: 'eve\u001b[31m', module: 'gcc\u202e/1.0' }]));
  await site.do('store_module_data', ['log']);
  const { stdout } = await site.do('analyzeLmodDB', ['usernames']);
  expect(stdout).toContain('/apps/gcc\\u202e/1.0.lua    ls6        eve\\u001b[31m\n');
});

test('tells that there is no store yet', async () => {
  expectFailure(await newSite('duckdb').run('analyzeLmodDB', ['counts']), 1, /there is no store/, /import/);
  expectFailure(await newSite('mysql').run('analyzeLmodDB', ['counts']), 1, /the server has no database/, /createDB/);
});
