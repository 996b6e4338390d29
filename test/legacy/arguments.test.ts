import { beforeAll, describe, expect, test } from 'vitest';
import { readClassicTable } from '../support/classic-table.ts';
import { expectFailure } from '../support/expect-failure.ts';
import { createSite, type Site } from '../support/site.ts';
import { logText } from '../support/write-log.ts';

/** Command lines as crontabs have them, read as Python's argparse reads them. */

const flagsOfCommand: Readonly<Record<string, readonly string[]>> = {
  conf_create: ['--dbhost', '--dbuser', '--passwd', '--dbname'],
  createDB: ['--drop', '--confFn', '--dbname'],
  'createDB.py': ['--drop', '--confFn', '--dbname'],
  store_module_data: ['-D', '--delete', '--store_all', '--confFn', '--ignoreFn'],
  analyzeLmodDB: ['--dbname', '--confFn', '--syshost', '--start', '--end', '--allmodulesFn', '--sqlPattern'],
  delete_old_records: ['--keepMonths', '--start', '--end', '--syshost', '--yes', '-D', '--confFn'],
  dump_db: ['--dbname', '--confFn', '--start', '--Nmonths', '--parentDir'],
};

let site: Site;

beforeAll(async () => {
  site = createSite('duckdb');
  site.write(
    'log',
    logText([
      { user: 'alice', module: 'gcc/12.2' },
      { user: 'bob', module: 'gcc/12.2', host: 'c2.frontera.edu' },
      { user: 'bob', module: 'R/4.0', host: 'c2.stampede3.edu', time: '2024-11-12T08:00:00Z' },
    ]),
  );
  await site.do('store_module_data', ['log']);
  return site.close;
});

describe.each(Object.entries(flagsOfCommand))('%s', (name, flags) => {
  test('explains itself, with every flag and an example, on -h and --help', async () => {
    const [long, short] = await Promise.all([site.do(name, ['--help']), site.do(name, ['-h'])]);
    expect(long.stdout).toBe(short.stdout);
    expect(long.stdout).toMatch(/^usage: /);
    for (const flag of flags) expect(long.stdout).toContain(flag);
    expect(long.stdout).toMatch(/\nExample:\n {2}\S/);
    expect(long.stderr).toBe('');
  });

  test('tells wrong usage by exit status 2 and a line', async () => {
    const [unknown, missing] = await Promise.all([
      site.run(name, ['--nonsense']),
      site.run(name, [name === 'createDB' || name === 'createDB.py' ? '--confFn' : (flags.at(-1) ?? '')]),
    ]);
    expectFailure(unknown, 2, /'?--nonsense/);
    expectFailure(missing, 2, new RegExp(flags.at(-1) === '--dbname' ? '--(dbname|confFn)' : (flags.at(-1) ?? '')));
    expect(unknown.stdout + missing.stdout).toBe('');
  });
});

describe('flags', () => {
  const counts = async (...args: string[]): Promise<(string | undefined)[]> =>
    readClassicTable((await site.do('analyzeLmodDB', args)).stdout).map(([path]) => path);

  test('may stand before and after the operand', async () => {
    const answers = await Promise.all([
      counts('--sqlPattern', '%gcc%', 'counts', '--syshost', 'ls6'),
      counts('counts', '--sqlPattern', '%gcc%', '--syshost', 'ls6'),
      counts('--sqlPattern', '%gcc%', '--syshost', 'ls6', 'counts'),
    ]);
    for (const answer of answers) expect(answer).toEqual(['/apps/gcc/12.2.lua']);
  });

  test('may be joined to their value by =, and the value may hold another', async () => {
    expect(await counts('--sqlPattern=%gcc%', '--start=2024-11-11', 'counts')).toEqual(['/apps/gcc/12.2.lua']);
    expect(await counts('--sqlPattern=%a=b%', 'counts')).toEqual([]);
  });

  test('may be shortened as far as they stay unique', async () => {
    expect(await counts('--sql', '%gcc%', '--sys=ls6', '--st', '2024-11-11', '--e', '2024-11-12', 'counts')).toEqual([
      '/apps/gcc/12.2.lua',
    ]);
    expectFailure(await site.run('analyzeLmodDB', ['--s', 'x', 'counts']), 2, /--s may be --syshost or --start or/);
  });

  test("may be as short as with Lmod's scripts: flags that only modtally has do not count", async () => {
    site.write('short', logText([{ user: 'short', time: '2024-12-01T00:00:00Z' }]));
    await site.do('store_module_data', ['--de', '--s', 'short']);
    expect((await site.run('store_module_data', ['--del', 'short'])).status).toBe(0);
    await site.do('delete_old_records', ['--st', '2024-12-01', '--e', '2024-12-02', '--y']);
  });

  test('that may be repeated are alternatives, others count as they were given last', async () => {
    expect(await counts('--syshost', 'ls6', '--syshost', 'stampede%', 'counts')).toHaveLength(2);
    expect(await counts('--sqlPattern', '%R/%', '--sqlPattern', '%gcc/%', 'counts')).toHaveLength(2);
    expect(await counts('--start', '2024-11-11', '--start', '2024-11-12', 'counts')).toEqual(['/apps/R/4.0.lua']);
  });

  test('end at --, behind which everything is an operand', async () => {
    site.write('--log', logText([{ user: 'dash', time: '2024-12-01T00:00:00Z' }]));
    const { stderr } = await site.do('store_module_data', ['--delete', '--', '--log']);
    expect(stderr).toMatch(/1 file, 1 new lines/);
    await site.do('delete_old_records', ['--start', '2024-12-01', '--end', '2024-12-02', '--yes']);
  });

  test('that take no value refuse one', async () => {
    expectFailure(await site.run('createDB', ['--drop=yes']), 2, /--drop/);
  });
});

describe('operands', () => {
  test.each([
    ['createDB', ['lmodV2'], 'lmodV2'],
    ['conf_create', ['lmodV2'], 'lmodV2'],
    ['delete_old_records', ['--keepMonths', '12', '--syshost', 'ls6', 'frontera', '--yes'], 'frontera'],
    ['dump_db', ['--parentDir', 'dump', 'lmod'], 'lmod'],
    ['analyzeLmodDB', ['counts', 'usernames'], 'usernames'],
  ])('that %s does not take are wrong usage', async (name, args, superfluous) => {
    expectFailure(await site.run(name, args), 2, new RegExp(`unexpected argument ${superfluous}$`));
  });

  test('that analyzeLmodDB needs are named where they are missing or unknown', async () => {
    expectFailure(await site.run('analyzeLmodDB', []), 2, /no report was given/, /counts, usernames, modules_used_by/);
    expectFailure(await site.run('analyzeLmodDB', ['count']), 2, /there is no report count/, /counts, usernames/);
  });

  test('that store_module_data needs are missed', async () => {
    expectFailure(await site.run('store_module_data', ['--delete']), 2, /no file was given/);
  });
});

test.each(['2024-11-31', '2024-13-01', 'yesterday', '2024-11-11 25:00', '11.11.2024', ''])(
  'a date that is none is wrong usage: "%s"',
  async (date) => {
    expectFailure(
      await site.run('analyzeLmodDB', ['--start', date, 'counts']),
      2,
      /--start: .*is no date/,
      /YYYY-MM-DD/,
    );
  },
);

test('a date that is none is wrong usage for delete_old_records and dump_db too, and nothing is deleted', async () => {
  expectFailure(
    await site.run('delete_old_records', ['--end', '2024-02-30', '--yes']),
    2,
    /--end: 2024-02-30 is no date/,
  );
  expectFailure(
    await site.run('delete_old_records', ['--start', 'x', '--end', '2030-01-01', '--yes']),
    2,
    /--start: x is no date/,
  );
  expectFailure(await site.run('delete_old_records', ['--keepMonths', '1.5', '--yes']), 2, /--keepMonths: 1.5/);
  expectFailure(
    await site.run('delete_old_records', ['--keepMonths', '', '--yes']),
    2,
    /--keepMonths: {2}is no number/,
  );
  expectFailure(await site.run('delete_old_records', ['--yes']), 2, /Must specify end date/);
  expectFailure(await site.run('dump_db', ['--start', '2023-13', '--parentDir', 'dump']), 2, /2023-13 is no month/);
  expectFailure(
    await site.run('dump_db', ['--start', '2023-11', '--Nmonths', 'x', '--parentDir', 'd']),
    2,
    /--Nmonths: x/,
  );
  expectFailure(await site.run('dump_db', ['--start', '2023-11']), 2, /--parentDir is missing/);
  const { stdout } = await site.do('analyzeLmodDB', ['counts']);
  expect(readClassicTable(stdout)).toHaveLength(2);
});

test('the version is that of the package', async () => {
  expect((await site.do('analyzeLmodDB', ['--version'])).stdout).toMatch(/^analyzeLmodDB of modtally \d+\.\d+\.\d+\n$/);
});
