import { beforeAll, describe, expect, test } from 'vitest';
import { expectFailure } from '../support/expect-failure.ts';
import { createSite, newSite, type Site } from '../support/site.ts';
import { storeKinds } from '../support/stores.ts';
import { logText } from '../support/write-log.ts';

describe.each(storeKinds)('modtally report from %s', (kind) => {
  let site: Site;
  const ask = async (...args: string[]): Promise<string> => (await site.do('modtally', ['report', ...args])).stdout;
  const json = async (...args: string[]): Promise<Record<string, unknown>[]> =>
    JSON.parse(await ask(...args, '--format', 'json'));

  beforeAll(async () => {
    site = createSite(kind, 'America/Chicago');
    site.write(
      'log',
      logText([
        { user: 'alice', time: '2024-07-01T12:00:00Z' },
        { user: 'alice', time: '2024-07-01T18:30:00Z' },
        { user: 'bob', time: '2024-11-12T06:00:00Z', host: 'c1.frontera.edu' },
        { user: 'bob', module: 'R/4.0', time: '2024-11-12T05:59:59Z' },
        { user: 'carol', module: 'R/4.1', time: '2024-11-13T12:00:00Z' },
        { user: '=cmd|x', module: 'odd,"na\tme/1' },
      ]),
    );
    await site.do('modtally', ['import', 'log']);
    return site.close;
  });

  test('prints a table for people, times as the clocks of the site show them', async () => {
    expect(await ask('counts', '--pattern', '%gcc%')).toBe(
      [
        'Module path         Module    Syshost       Users  Loads  First                Last',
        '------------------  --------  ------------  -----  -----  -------------------  -------------------',
        '/apps/gcc/12.2.lua  gcc/12.2  frontera,ls6      2      3  2024-07-01 07:00:00  2024-11-12 00:00:00',
        '',
        '1 row',
        '',
      ].join('\n'),
    );
    expect(await ask('counts', '--pattern', 'nothing')).toMatch(/^Module path {2}Module.*\n-+ .*\n\n0 rows\n$/);
  });

  test('prints JSON with the keys of the contract, times in ISO 8601 with the offset of their day', async () => {
    expect(await json('counts', '--pattern', '%gcc%')).toEqual([
      {
        path: '/apps/gcc/12.2.lua',
        module: 'gcc/12.2',
        syshosts: ['frontera', 'ls6'],
        users: 2,
        loads: 3,
        first: '2024-07-01T07:00:00-05:00',
        last: '2024-11-12T00:00:00-06:00',
      },
    ]);
    const alice = {
      path: '/apps/gcc/12.2.lua',
      module: 'gcc/12.2',
      syshosts: ['ls6'],
      user: 'alice',
      loads: 2,
      first: '2024-07-01T07:00:00-05:00',
      last: '2024-07-01T13:30:00-05:00',
    };
    expect(await json('usernames', '--user', 'ALICE')).toEqual([alice]);
    expect(await json('modules_used_by', '--pattern', 'alice')).toEqual([alice]);
    expect(await json('counts', '--pattern', 'nothing')).toEqual([]);
  });

  test('prints CSV that spreadsheets take for text, quoted as RFC 4180 has it', async () => {
    const csv = await ask('usernames', '--pattern', '%odd%', '--pattern', '%R/4.1%', '--format', 'csv');
    expect(csv).toBe(
      [
        'path,module,syshosts,user,loads,first,last',
        '/apps/R/4.1.lua,R/4.1,ls6,carol,1,2024-11-13T06:00:00-06:00,2024-11-13T06:00:00-06:00',
        `"/apps/odd,""na","odd,""na",ls6,'=cmd|x,1,2024-11-11T06:00:00-06:00,2024-11-11T06:00:00-06:00`,
        '',
      ].join('\r\n'),
    );
  });

  test('prints Markdown in which names are no markup', async () => {
    expect(await ask('usernames', '--pattern', '%odd%', '--format', 'md')).toBe(
      [
        '| Module path | Module | Syshost | User | Loads | First | Last |',
        '| --- | --- | --- | --- | ---: | --- | --- |',
        '| /apps/odd,"na | odd,"na | ls6 | =cmd\\|x | 1 | 2024-11-11 06:00:00 | 2024-11-11 06:00:00 |',
        '',
      ].join('\n'),
    );
  });

  test('orders counts by users, then by path from the last on; the others by path and user', async () => {
    expect((await json('counts')).map(({ path }) => path)).toEqual([
      '/apps/gcc/12.2.lua',
      '/apps/odd,"na',
      '/apps/R/4.1.lua',
      '/apps/R/4.0.lua',
    ]);
    expect((await json('usernames')).map(({ path, user }) => `${path} ${user}`)).toEqual([
      '/apps/R/4.0.lua bob',
      '/apps/R/4.1.lua carol',
      '/apps/gcc/12.2.lua alice',
      '/apps/gcc/12.2.lua bob',
      '/apps/odd,"na =cmd|x',
    ]);
  });

  test('--limit gives the first rows', async () => {
    const [two, none, one] = await Promise.all([
      json('counts', '--limit', '2'),
      json('usernames', '--limit', '0'),
      ask('usernames', '--limit', '1'),
    ]);
    expect(two.map(({ users }) => users)).toEqual([2, 1]);
    expect(none).toEqual([]);
    expect(one).toContain('\n1 row\n');
  });

  test('--columns selects and orders the columns of every format', async () => {
    const gcc = ['counts', '--pattern', '%gcc%', '--columns', 'users, module,users', '--format'];
    expect(await ask(...gcc, 'table')).toBe('Users  Module\n-----  --------\n    2  gcc/12.2\n\n1 row\n');
    expect(await ask(...gcc, 'json')).toBe('[\n{"users":2,"module":"gcc/12.2"}\n]\n');
    expect(await ask(...gcc, 'csv')).toBe('users,module\r\n2,gcc/12.2\r\n');
    expect(await ask(...gcc, 'md')).toBe('| Users | Module |\n| ---: | --- |\n| 2 | gcc/12.2 |\n');
    const wrong = await site.run('modtally', ['report', 'counts', '--columns', 'path,Users']);
    expectFailure(wrong, 2, /--columns: there is no column Users/, /path, module, syshosts, users, loads, first, last/);
    expect(wrong.stdout).toBe('');
  });

  test('--pattern, --module, --user and --syshost narrow it down together; each may be repeated', async () => {
    const rows = async (...args: string[]): Promise<string[]> =>
      (await json('usernames', ...args)).map(({ module, user }) => `${user} ${module}`);
    expect(await rows('--pattern', '%GCC%', '--user', 'b%')).toEqual(['bob gcc/12.2']);
    expect(await rows('--pattern', '%/r/%', '--pattern', '%gcc%', '--user', 'bob', '--user', 'carol')).toEqual([
      'bob R/4.0',
      'carol R/4.1',
      'bob gcc/12.2',
    ]);
    expect(await rows('--syshost', 'frontera', '--syshost', 'no')).toEqual(['bob gcc/12.2']);
    expect(await rows('--pattern', '%gcc%', '--user', 'carol')).toEqual([]);
    expect(await rows('--module', 'r/4.1', '--module', 'gcc%', '--user', '%o%')).toEqual([
      'carol R/4.1',
      'bob gcc/12.2',
    ]);
    expect(await rows('--pattern', '%4._.lua', '--syshost', '%s6')).toEqual(['bob R/4.0', 'carol R/4.1']);
  });

  test('modules_used_by takes --pattern and --user for users', async () => {
    const users = async (...args: string[]): Promise<unknown[]> =>
      (await json('modules_used_by', ...args)).map(({ user }) => user);
    expect(await users('--pattern', 'bob')).toEqual(['bob', 'bob']);
    expect(await users('--user', 'bob')).toEqual(['bob', 'bob']);
    expect(await users()).toHaveLength(5);
    const both = await site.run('modtally', ['report', 'modules_used_by', '--pattern', 'bob', '--user', '%']);
    expectFailure(both, 2, /--pattern and --user are the same/, /Give one/);
  });

  test('--start counts, --end does not, both by the clocks of the site or of --tz', async () => {
    const users = async (...args: string[]): Promise<unknown[]> =>
      (await json('usernames', '--pattern', '%R/%', '--pattern', '%gcc%', ...args)).map(({ user }) => user);
    expect(await users('--start', '2024-11-12')).toEqual(['carol', 'bob']);
    expect(await users('--start', '2024-07-02', '--end', '2024-11-12')).toEqual(['bob']);
    expect(await users('--start', '2024-07-02', '--end', '2024-11-12 05:59:59', '--tz', 'UTC')).toEqual([]);
    const [row] = await json('usernames', '--user', 'carol', '--tz', 'Asia/Kolkata');
    expect(row).toMatchObject({ first: '2024-11-13T17:30:00+05:30' });
  });
});

describe('a report of its own kind', () => {
  const site = (): Site => {
    const made = newSite('duckdb');
    made.write(
      'log',
      logText([
        { user: 'alice', module: 'gcc/9.3', time: '2024-03-01T12:00:00Z' },
        { user: 'alice', module: 'gcc/12.2', time: '2024-11-01T12:00:00Z' },
        { user: 'bob', module: 'gcc/12.2', time: '2024-11-05T12:00:00Z' },
      ]),
    );
    return made;
  };

  test('takes options of its own, before and behind those of all reports', async () => {
    const here = site();
    await here.do('modtally', ['import', 'log']);
    const ask = async (...args: string[]): Promise<unknown> =>
      JSON.parse((await here.do('modtally', ['report', ...args])).stdout);
    const retired = [
      {
        module: 'gcc/9.3',
        users: 1,
        moved_on: 1,
        last: '2024-03-01T12:00:00+00:00',
        idle_days: 249,
        user_names: ['alice'],
      },
    ];
    expect(await ask('retire', '--users', '1', '--format', 'json')).toEqual(retired);
    expect(await ask('--format', 'json', 'retire', '--idle', '8', '--limit', '1')).toEqual(retired);
    expect(await ask('retire', '--idle=9', '--format=json')).toEqual([]);
    expect(await ask('versions', '--format', 'json', '--module', 'gcc/9%')).toMatchObject([{ version: '9.3' }]);
    const env = { MODTALLY_MODULE_NAMES: 'name' };
    const { stdout } = await here.do('modtally', ['report', 'top', '--format', 'csv'], { env });
    expect(stdout).toMatch(/^rank,package,.*\r\n1,gcc\/12\.2,2,/);
  });

  test('says on standard error what goes with the answer, unless it should be quiet', async () => {
    const here = site();
    await here.do('modtally', ['import', 'log']);
    const { stdout, stderr } = await here.do('modtally', ['report', 'direct', '--format', 'json']);
    expect(stdout).toBe('[]\n');
    expect(stderr).toMatch(
      /^modtally: The newest load .*\nmodtally: Counted from .*\nmodtally: No load here says .*\n/,
    );
    expect(stderr).toMatch(/modtally: There is nothing to show\.\n$/);
    expect((await here.do('modtally', ['report', 'direct', '--quiet'])).stderr).toBe('');
    expect((await here.do('modtally', ['report', 'counts', '--user', 'x'])).stderr).toMatch(/nothing to show/);
    expect((await here.do('modtally', ['report', 'counts'])).stderr).toBe('');
  });

  test('has a help page that says how to read it', async () => {
    const { stdout } = await newSite('duckdb').do('modtally', ['report', 'retire', '--help']);
    expect(stdout).toMatch(/^Usage: modtally report retire \[options\]\n\nWhich modules can go: few users/);
    expect(stdout).toMatch(/Fewest users\s+first/);
    expect(stdout).toMatch(/--idle <MONTHS> .*\n?.*\(default: 6\)/);
    expect(stdout).toMatch(/Global Options:\n {2}--pattern/);
    expect(stdout).toMatch(/\nExample:\n {2}modtally report retire /);
  });

  test('is a page of its own as HTML', async () => {
    const here = site();
    await here.do('modtally', ['import', 'log']);
    const { stdout } = await here.do('modtally', ['report', 'top', '--format', 'html']);
    expect(stdout).toContain('<h1>The most used, with their share of all users and loads</h1>');
    expect(stdout).toContain('<td class="text">gcc</td>');
    const { stdout: page } = await here.do('modtally', ['report', 'summary', '--format', 'html']);
    expect(page).toContain('<h1>Module usage, 2023-12-01 to 2024-11-05</h1>');
    expect(page.match(/<h2>/g)).toHaveLength(16);
    expect(page).not.toMatch(/alice|bob/);
  });
});

describe('names that are made to deceive', () => {
  const evil = 'e\u001b[2Jv\u202e\u200b\u0085il';

  test('are shown harmlessly in every format, and whole in JSON', async () => {
    const site = newSite('duckdb');
    site.write('log', logText([{ user: evil, module: '<img/src=x|`a`[b](c)>' }]));
    await site.do('modtally', ['import', 'log']);
    const outputs = await Promise.all(
      ['table', 'csv', 'json', 'md'].map(async (format) => {
        const { stdout } = await site.do('modtally', ['report', 'usernames', '--format', format]);
        expect(stdout.replaceAll('\r\n', '\n')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e]/);
        return stdout;
      }),
    );
    for (const output of outputs.slice(0, 2)) expect(output).toContain('e\\u001b[2Jv\\u202e\\u200b\\u0085il');
    expect(JSON.parse(outputs[2] ?? '')[0].user).toBe(evil);
    expect(outputs[3]).toContain('\\<img/src=x\\|\\`a\\`\\[b\\](c)\\>');
  });
});

describe('wrong usage', () => {
  test.each([
    [['nothing'], /there is no report nothing/, /counts, usernames, modules_used_by/],
    [[], /missing required argument 'name'/, /--help/],
    [['counts', '--format', 'xml'], /there is no format xml/, /table, json, csv, md, html/],
    [['counts', '--format', 'constructor'], /there is no format constructor/, /table, json, csv, md/],
    [['counts', '--limit', '-1'], /--limit: -1 is no/, undefined],
    [['counts', '--limit', 'ten'], /--limit: ten/, undefined],
    [['counts', '--limit', ''], /--limit: {2}is no/, undefined],
    [['counts', '--start', '2024-02-30'], /--start: 2024-02-30 is no date/, /YYYY-MM-DD/],
    [['counts', '--end', 'now'], /--end: now is no date/, /YYYY-MM-DD/],
    [['counts', '--tz', 'Mars/Base'], /--tz: there is no time zone Mars\/Base/, /Europe\/Amsterdam/],
    [['counts', '--idle', '3'], /unknown option '--idle'/, /--help/],
    [['retire', '--idle', 'long'], /--idle: long is no MONTHS/, /months for which/],
    [['retire', '--users', '-1'], /--users: -1 is no N/, /users that a module/],
    [['trend', '--by', 'year'], /--by: year is no day\|week\|month/, /length of a period/],
    [['trend', '--each', 'constructor'], /--each: constructor is no all\|package/, undefined],
    [['together', '--support', '101'], /--support: 101 is no PERCENT/, undefined],
    [['counts', 'usernames'], /too many arguments/, /--help/],
  ] as const)('report %j', async (args, message, hint) => {
    const site = newSite('duckdb');
    const result = await site.run('modtally', ['report', ...args]);
    expectFailure(result, 2, message, hint);
    expect(result.stdout).toBe('');
  });
});
