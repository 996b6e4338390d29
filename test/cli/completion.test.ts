import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { reports } from '../../src/report/reports.ts';
import { completeIn, shells } from '../support/complete-in-shell.ts';
import { expectFailure } from '../support/expect-failure.ts';
import { createSite, newSite, type Site } from '../support/site.ts';

describe.each(shells)('in %s', (shell) => {
  let site: Site;
  let script: string;

  beforeAll(async () => {
    site = createSite('duckdb');
    script = (await site.do('modtally', ['completion', shell])).stdout;
    mkdirSync(join(site.folder, 'logs'));
    writeFileSync(join(site.folder, 'logs', 'usage.log'), '');
    writeFileSync(join(site.folder, 'lone log'), '');
    return site.close;
  });

  /** What is offered at the end of each line, in order. */
  const offers = (...lines: string[]): Promise<string[][]> => completeIn(shell, script, site.folder, lines);

  test('commands are completed, also behind the options of all commands', async () => {
    const names = commands.map(({ name }) => name).sort();
    expect(await offers('modtally ', 'modtally --quiet --store duckdb ', 'modtally re', 'modtally no-such')).toEqual([
      names,
      names,
      ['report', 'reveal'],
      [],
    ]);
  });

  test('so are the options of each command, its own and those of all', async () => {
    const lines = commands.map(({ name }) => `modtally ${name} --`);
    const offered = await offers(...lines);
    for (const [index, { load }] of commands.entries()) {
      const flags = (await load()).options.flatMap(({ long }) => long ?? []);
      expect(offered[index]?.filter((flag) => !flag.startsWith('-o'))).toEqual([...flags, '--help'].sort());
    }
    expect(await offers('modtally --ver', 'modtally import --str', 'modtally prune --yes --dry')).toEqual([
      ['--version'],
      ['--strict'],
      ['--dry-run'],
    ]);
  });

  test('reports, formats, zones and shells are completed', async () => {
    const names = reports.map(({ name }) => name).sort();
    expect(
      await offers(
        'modtally report ',
        'modtally report --limit 3 user',
        'modtally report counts --format ',
        'modtally export --format j',
        'modtally report counts --tz Europe/Amst',
        'modtally --tz Europe/Bru',
        'modtally completion ',
      ),
    ).toEqual([
      names,
      ['usernames'],
      ['csv', 'html', 'json', 'md', 'table'],
      ['jsonl'],
      ['Europe/Amsterdam'],
      ['Europe/Brussels'],
      [...shells].sort(),
    ]);
  });

  test('files and folders are completed where they are meant, and only there', async () => {
    expect(
      await offers(
        'modtally import l',
        'modtally import log first and lo',
        'modtally import --ignore logs/',
        'modtally prune --archive l',
        'modtally export -o lone',
        'modtally report counts --pattern l',
        'modtally report counts --limit ',
        'modtally report counts l',
        'modtally init l',
      ),
    ).toEqual([['logs', 'lone log'], ['logs', 'lone log'], ['logs/usage.log'], ['logs'], ['lone log'], [], [], [], []]);
  });

  test('so are the flags and operands of the drop-in commands', async () => {
    const common = ['--confFn', '--help'];
    expect(
      await offers(
        'conf_create --',
        'createDB --',
        'store_module_data --',
        'delete_old_records --',
        'dump_db --',
        'analyzeLmodDB --s',
        'analyzeLmodDB --sqlPattern % ',
        'analyzeLmodDB counts u',
        'analyzeLmodDB --syshost ',
        'store_module_data --delete logs/usage.log lo',
        'delete_old_records l',
        'dump_db --parentDir l',
        'createDB --confFn lone',
      ),
    ).toEqual([
      ['--dbhost', '--dbname', '--dbuser', '--help', '--passwd'],
      [...common, '--dbname', '--drop'].sort(),
      [...common, '--delete', '--ignoreFn', '--store_all'].sort(),
      [...common, '--end', '--keepMonths', '--start', '--syshost', '--yes'].sort(),
      [...common, '--Nmonths', '--dbname', '--parentDir', '--start'].sort(),
      ['--sqlPattern', '--start', '--syshost'],
      ['counts', 'modules_used_by', 'usernames'],
      [],
      [],
      ['logs', 'lone log'],
      [],
      ['logs'],
      ['lone log'],
    ]);
  });

  test('a value is completed behind an equals sign, too', async () => {
    expect(await offers('modtally report counts --format=', 'modtally export --format=par')).toEqual([
      ['csv', 'html', 'json', 'md', 'table'],
      ['parquet'],
    ]);
  });
});

describe('a completion script', () => {
  test.each(shells)('for %s needs neither a store nor settings to be made', async (shell) => {
    const site = newSite('duckdb');
    const env = { MODTALLY_STORE: 'mysql://nobody@192.0.2.1/none', MODTALLY_CONFIG: '/no/such/file' };
    const { stdout, stderr } = await site.do('modtally', ['completion', shell], { env });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^#.*modtally completion|^#compdef/);
  });

  test('for another shell is an error that names those there are', async () => {
    const site = newSite('duckdb');
    expectFailure(await site.run('modtally', ['completion', 'tcsh']), 2, /no completion for tcsh/, /bash, zsh, fish/);
    expectFailure(await site.run('modtally', ['completion', 'toString']), 2, /no completion for toString/, /bash, zsh/);
    expectFailure(await site.run('modtally', ['completion']), 2, /missing required argument 'shell'/, /--help/);
  });
});
