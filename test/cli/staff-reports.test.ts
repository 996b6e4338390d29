import { beforeEach, describe, expect, test } from 'vitest';
import { expectFailure } from '../support/expect-failure.ts';
import type { CommandResult } from '../support/run-command.ts';
import { newSite, type Site } from '../support/site.ts';
import { storeKinds } from '../support/stores.ts';
import { logLine } from '../support/write-log.ts';

const log = [
  logLine({ user: 'alice', module: 'gcc/12', path: '/apps/gcc12/mods/fftw/3.lua', time: '2025-01-10T12:00:00Z' }),
  logLine({ user: 'alice', module: 'R/4', path: '/apps/R/4', time: '2025-03-10T12:00:00Z' }),
  `${logLine({ user: 'bob', module: 'R/4', path: '/apps/R/4', time: '2025-03-11T12:00:00Z' })} account=astro`,
  logLine({ user: 'root', module: 'R/4', path: '/apps/R/4', host: 'b1.birch.edu', time: '2025-03-12T12:00:00Z' }),
  '',
].join('\n');

describe.each(storeKinds)('on %s', (kind) => {
  let site: Site;
  const ask = (...args: string[]): Promise<CommandResult> => site.do('modtally', ['report', ...args]);
  const json = async (...args: string[]): Promise<Record<string, unknown>[]> =>
    JSON.parse((await ask(...args, '--format', 'json')).stdout);

  beforeEach(async () => {
    site = newSite(kind);
    site.write('log', log);
    await site.do('modtally', ['import', 'log']);
  });

  test('unused names what is installed and was not loaded, since when it is there, and its last load ever', async () => {
    const none = await ask('unused');
    expect(none.stdout).toMatch(/\n0 rows\n$/);
    expect(none.stderr).toMatch(
      /^modtally: There is no catalogue of what is installed\. "modtally catalogue add --syshost NAME/,
    );
    expect((await ask('unused', '--quiet')).stderr).toBe('');
    const add = (day: string, input: string): Promise<CommandResult> =>
      site.do('modtally', ['catalogue', 'add', '--syshost', 'ls6', '--date', day, '-'], { input });
    await add('2024-12-01', '/apps/R/4\n/apps/old/1\n/apps/gcc12/mods/fftw/3.lua\n');
    await add('2025-02-01', '/apps/R/4\n/apps/old/1\n/apps/gcc12/mods/fftw/3.lua\n/apps/new/1.lua\n');
    const all = await ask('unused', '--format', 'csv');
    expect(all.stdout.split('\r\n')).toEqual([
      'syshost,path,module,marks,since,last',
      'ls6,/apps/new/1.lua,new/1,,2025-02-01,',
      'ls6,/apps/old/1,old/1,,2024-12-01,',
      '',
    ]);
    expect(all.stderr).toMatch(/^modtally: There is no catalogue of birch\. .*\n$/);
    const lately = await ask('unused', '--start', '2025-02-01', '--syshost', 'ls6', '--pattern', '%fftw%');
    expect(lately.stdout).toContain('2024-12-01  2025-01-10\n');
    expect(lately.stderr).toBe('');
    await site.do('modtally', ['catalogue', 'add', '--syshost', 'birch', '-'], { input: '/elsewhere/R/4\n' });
    expect((await ask('unused')).stderr).toMatch(
      /^modtally: On birch, no path that was loaded is in the catalogue: .*\?\n$/,
    );
  });

  test('notify tells whom to write to, from a directory or from the system', async () => {
    site.write('people.csv', 'user,name,email,group\nalice,"Liddell, Alice",=cmd@x.org,bio\n');
    const mail = await ask('notify', '--pattern', '%', '--directory', 'people.csv', '--format', 'csv');
    expect(mail.stdout.split('\r\n')).toEqual([
      'user,name,email,group,modules,syshosts,loads,last',
      'alice,"Liddell, Alice",\'=cmd@x.org,bio,"R/4,gcc/12",ls6,2,2025-03-10T12:00:00+00:00',
      'bob,,,astro,R/4,ls6,1,2025-03-11T12:00:00+00:00',
      'root,,,,R/4,birch,1,2025-03-12T12:00:00+00:00',
      '',
    ]);
    expect(mail.stderr).toMatch(/^modtally: Of 3 users, 2 are not in the directory .*people\.csv\.\n$/);
    const [root] = await json('notify', '--user', 'root', '--directory', 'getent');
    expect(root).toMatchObject({ user: 'root', name: 'root', email: null, group: 'root' });
    expect((await ask('notify')).stderr).toMatch(/come from a directory: --directory FILE\.csv/);
    expect((await ask('notify', '--pattern', 'nothing')).stderr).toBe('modtally: There is nothing to show.\n');
  });

  test('groups goes by the log, else by the directory, or by a column of the directory', async () => {
    const groups = async (...args: string[]): Promise<unknown[]> =>
      (await json('groups', ...args)).map(({ group, users, modulefiles, loads }) => [group, users, modulefiles, loads]);
    expect(await groups()).toEqual([
      ['astro', 1, 1, 1],
      [null, 2, 2, 3],
    ]);
    expect((await ask('groups')).stderr).toMatch(
      /^modtally: The group of some loads is not known\. .*key group or account/,
    );
    site.write('people.csv', 'user,group,Department\nalice,bio,Life\nbob,bio,Sky\nroot,bio,Life\n');
    site.write('modtally.toml', 'directory = "people.csv"\n');
    expect(await groups()).toEqual([
      ['bio', 2, 2, 3],
      ['astro', 1, 1, 1],
    ]);
    expect(await groups('--by', 'department')).toEqual([
      ['Life', 2, 2, 3],
      ['Sky', 1, 1, 1],
    ]);
    expect(await groups('--directory', 'getent', '--user', 'root')).toEqual([['root', 1, 1, 1]]);
    const wrong = await site.run('modtally', ['report', 'groups', '--by', 'faculty']);
    expectFailure(wrong, 2, /--by faculty: the directory .* has no such column/, /It has group, department\./);
    const missing = await site.run('modtally', ['report', 'groups', '--directory', 'nowhere.csv']);
    expectFailure(missing, 1, /cannot read the directory .*nowhere\.csv/);
    const noProgram = { env: { PATH: '/nowhere' } };
    const broken = await site.run('modtally', ['report', 'groups', '--directory', 'getent'], noProgram);
    expectFailure(broken, 1, /cannot run getent: .*ENOENT/, /CSV file/);
    expect((await ask('counts', '--directory', 'nowhere.csv')).stdout).toContain('/apps/R/4');
  });

  test('toolchains reads paths, by rules of the site where it has some', async () => {
    expect(await json('toolchains')).toMatchObject([
      { root: '/apps', compiler: null, mpi: null, users: 3, modulefiles: 1, loads: 3 },
      { root: '/apps', compiler: 'gcc12', mpi: null, users: 1, modulefiles: 1, loads: 1 },
    ]);
    site.write('rules', '# ours\n\n^(?<root>/apps)/(?<compiler>R)/\n');
    const env = { MODTALLY_TOOLCHAINS: 'rules' };
    const { stdout } = await site.do('modtally', ['report', 'toolchains', '--format', 'json'], { env });
    expect(JSON.parse(stdout).map(({ compiler }: { compiler: unknown }) => compiler)).toEqual(['R', 'gcc12']);
    for (const [text, message] of [
      ['ok(?<mpi>x)\n(?<root>', /rules:2: bad pattern: /],
      ['^/apps/(.*)', /rules:1: bad pattern: it has no group root, compiler or mpi/],
    ] as const) {
      site.write('rules', text);
      expectFailure(await site.run('modtally', ['report', 'toolchains'], { env }), 1, message, /regular expression/);
    }
    expectFailure(
      await site.run('modtally', ['report', 'toolchains'], { env: { MODTALLY_TOOLCHAINS: 'none' } }),
      1,
      /cannot read the toolchain file .*none/,
    );
  });
});

test('in an empty store each has an answer', async () => {
  const site = newSite('duckdb');
  await site.do('modtally', ['init']);
  for (const report of ['unused', 'notify', 'groups', 'toolchains']) {
    const { stdout } = await site.do('modtally', ['report', report, '--directory', 'getent']);
    expect(stdout).toMatch(/\n0 rows\n$/);
  }
});

test('an option of one report is none of another', async () => {
  const result = await newSite('duckdb').run('modtally', ['report', 'counts', '--by', 'department']);
  expectFailure(result, 2, /unknown option .--by./, /--help/);
  const site = newSite('duckdb');
  await site.do('modtally', ['init']);
  const alone = await site.run('modtally', ['report', 'groups', '--by', 'department']);
  expectFailure(alone, 2, /--by department: there is no directory/, /--directory/);
});
