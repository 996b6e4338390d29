import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { expectFailure } from '../support/expect-failure.ts';
import { newSite, type Site } from '../support/site.ts';
import { logText } from '../support/write-log.ts';

let site: Site;

beforeEach(() => {
  site = newSite('duckdb');
});

/** The store that a call makes. */
async function storeOf(args: readonly string[] = [], env: Record<string, string> = {}, cwd = '.'): Promise<string> {
  const { stderr } = await site.do('modtally', ['init', ...args], { env, cwd: join(site.folder, cwd) });
  return /^duckdb:(.*) was made\n$/.exec(stderr)?.[1]?.replace(site.folder, '~') ?? stderr;
}

test('a setting is that of its flag, else its variable, else ./modtally.toml, else the file of the user, else a default', async () => {
  expect(await storeOf()).toBe('~/.local/share/modtally/usage.duckdb');
  expect(await storeOf([], { XDG_DATA_HOME: join(site.folder, 'data') })).toBe('~/data/modtally/usage.duckdb');
  site.write('.config/modtally/config.toml', 'store = "duckdb:~/user.duckdb"\ntz = "Asia/Tokyo"\n');
  expect(await storeOf()).toBe('~/user.duckdb');
  site.write('xdg/modtally/config.toml', 'store = "duckdb:~/xdg.duckdb"\n');
  expect(await storeOf([], { XDG_CONFIG_HOME: join(site.folder, 'xdg') })).toBe('~/xdg.duckdb');
  site.write('modtally.toml', `store = "duckdb:${site.folder}/here.duckdb"\n`);
  expect(await storeOf()).toBe('~/here.duckdb');
  const env = { MODTALLY_STORE: 'duckdb:~/variable.duckdb' };
  expect(await storeOf([], env)).toBe('~/variable.duckdb');
  expect(await storeOf(['--store', 'duckdb:~/flag.duckdb'], env)).toBe('~/flag.duckdb');
});

test('each setting is looked for on its own: the first file that has it counts', async () => {
  site.write('.config/modtally/config.toml', 'store = "duckdb:~/user.duckdb"\ntz = "Asia/Tokyo"\n');
  site.write('modtally.toml', 'store = "duckdb:~/here.duckdb"\n');
  site.write('log', logText([{ time: '2024-11-11T12:00:00Z' }]));
  await site.do('modtally', ['import', '--store', 'duckdb:~/here.duckdb', 'log']);
  expect(await firstLoad()).toBe('2024-11-11T21:00:00+09:00');
});

test('an empty variable is none', async () => {
  expect(await storeOf([], { MODTALLY_STORE: '', MODTALLY_TZ: '', MODTALLY_CONFIG: '' })).toMatch(/usage\.duckdb$/);
});

describe('the zone', () => {
  test('is that of --tz, else MODTALLY_TZ, else the file, else the clock of the machine', async () => {
    site.write('log', logText([{ time: '2024-11-11T12:00:00Z' }]));
    await site.do('modtally', ['import', 'log']);
    expect(await firstLoad([], { TZ: 'America/Chicago' })).toBe('2024-11-11T06:00:00-06:00');
    expect(await firstLoad([], { TZ: '' })).toBe('2024-11-11T12:00:00+00:00');
    site.write('modtally.toml', 'tz = "Europe/Amsterdam"\n');
    expect(await firstLoad([], { TZ: 'America/Chicago' })).toBe('2024-11-11T13:00:00+01:00');
    expect(await firstLoad([], { MODTALLY_TZ: 'Asia/Kolkata' })).toBe('2024-11-11T17:30:00+05:30');
    expect(await firstLoad(['--tz', 'UTC'], { MODTALLY_TZ: 'Asia/Kolkata' })).toBe('2024-11-11T12:00:00+00:00');
  });

  test('that is unknown is told, with where it was set', async () => {
    const run = (args: readonly string[], env: Record<string, string> = {}): ReturnType<Site['run']> =>
      site.run('modtally', ['init', ...args], { env });
    expectFailure(await run(['--tz', 'Mars/Base']), 2, /--tz: there is no time zone Mars\/Base/, /Europe\/Amsterdam/);
    expectFailure(await run([], { MODTALLY_TZ: 'Mars' }), 2, /MODTALLY_TZ: there is no time zone Mars/, /UTC/);
    expectFailure(await run([], { TZ: 'Venus' }), 2, /TZ: there is no time zone Venus/, /UTC/);
    site.write('modtally.toml', 'tz = "Moon"\n');
    expectFailure(await run([]), 2, /modtally\.toml: there is no time zone Moon/, /UTC/);
  });
});

describe('a path', () => {
  test('that is relative is one from the working directory, wherever it is set', async () => {
    mkdirSync(join(site.folder, 'down'));
    expect(await storeOf(['--store', 'duckdb:flag.duckdb'], {}, 'down')).toBe('~/down/flag.duckdb');
    site.write('down/modtally.toml', 'store = "duckdb:../file.duckdb"\n');
    expect(await storeOf([], {}, 'down')).toBe('~/file.duckdb');
    expect(await storeOf(['--store', `duckdb://${site.folder}/slashes.duckdb`])).toBe('~/slashes.duckdb');
  });

  test('of the ignore file and of the rejected lines may be set once and for all', async () => {
    site.write('modtally.toml', 'ignore = "~/ignore"\nrejects = "bad.txt"\n');
    site.write('ignore', 'xalt\n');
    site.write('log', logText([{ module: 'xalt/2.0' }, { user: '' }, {}]));
    const { stderr } = await site.do('modtally', ['import', 'log']);
    expect(stderr).toMatch(/ignored +1\n/);
    expect(stderr).toContain(`see ${site.folder}/bad.txt`);
    site.write('more', logText([{ module: 'xalt/2.0', time: '2024-11-12T12:00:00Z' }]));
    site.write('none', '');
    expect((await site.do('modtally', ['import', '--ignore', 'none', 'more'])).stderr).not.toContain('ignored');
  });
});

describe('a configuration file', () => {
  test('named by --config or MODTALLY_CONFIG is read instead of the others', async () => {
    site.write('modtally.toml', 'store = "duckdb:~/here.duckdb"\n');
    site.write('a.toml', 'store = "duckdb:~/a.duckdb"\n');
    site.write('b.toml', 'tz = "UTC"\n');
    expect(await storeOf([], { MODTALLY_CONFIG: 'a.toml' })).toBe('~/a.duckdb');
    expect(await storeOf(['--config', 'b.toml'], { MODTALLY_CONFIG: 'a.toml' })).toMatch(
      /share\/modtally\/usage\.duckdb$/,
    );
  });

  test('that is named has to be there', async () => {
    const message = /cannot read the configuration file nowhere\.toml/;
    expectFailure(await site.run('modtally', ['init', '--config', 'nowhere.toml']), 2, message);
    expectFailure(await site.run('modtally', ['init'], { env: { MODTALLY_CONFIG: 'nowhere.toml' } }), 2, message);
    expectFailure(await site.run('createDB', [], { env: { MODTALLY_CONFIG: 'nowhere.toml' } }), 2, message);
  });

  test.each([
    ['an unknown setting', 'stroe = "x"\n', /modtally\.toml: there is no setting stroe/, /Settings: store, tz,/],
    ["a setting called as what JavaScript's objects have", 'toString = "x"\n', /no setting toString/, /Settings: /],
    ['a section', '[mysql]\nhost = "x"\n', /there is no setting mysql/, /Settings: /],
    ['a list', 'tz = ["UTC"]\n', /tz must be a text or a number/, undefined],
    ['no TOML', 'store = duckdb:x\n', /modtally\.toml:1 is no TOML/, undefined],
    ['a bad store URL', 'store = "oracle://x/y"\n', /bad store URL oracle:\/\/x\/y/, /duckdb:PATH/],
    ['a lease that is no number', 'lease_seconds = "long"\n', /lease_seconds must be a number/, undefined],
    ['a lease below zero', 'lease_seconds = -1\n', /lease_seconds must be a number/, undefined],
    ['an empty lease', 'lease_seconds = ""\n', /lease_seconds must be a number/, undefined],
    [
      'a rule for names that is none',
      'module_names = "names"\n',
      /toml: module_names cannot be understood: names/,
      /shape/,
    ],
    [
      'a password file that is missing',
      'store = "mysql://u@h/d"\npassword_file = "no"\n',
      /password file no/,
      undefined,
    ],
  ])('with %s is told in a line', async (_, text, message, hint) => {
    site.write('modtally.toml', text);
    const results = await Promise.all([site.run('modtally', ['init']), site.run('createDB', [])]);
    for (const result of results) expectFailure(result, 2, message, hint);
  });
});

describe('a store URL', () => {
  test.each([
    ['usage.duckdb', /it has no scheme/],
    ['duckdb:', /it names no file/],
    ['mysql://u@h', /it names no database/],
    ['mysql://u@h/a/b', /it names no database/],
    ['mysql://u@h:99999/d', /it is no URL/],
    ['postgres://h/d', /no kind of store called postgres/],
    ['', /it has no scheme/],
  ])('"%s" is told to be bad', async (url, why) => {
    expectFailure(await site.run('modtally', ['init', '--store', url]), 2, why, /duckdb:PATH, mysql:\/\/USER@HOST/);
  });
});

async function firstLoad(args: readonly string[] = [], env: Record<string, string> = {}): Promise<unknown> {
  const { stdout } = await site.do('modtally', ['report', 'counts', '--format', 'json', ...args], { env });
  return JSON.parse(stdout)[0].first;
}
