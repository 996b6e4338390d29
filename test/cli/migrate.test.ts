import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { conformanceDir } from '../support/conformance.ts';
import { runDuckdb } from '../support/duckdb-file.ts';
import { expectFailure } from '../support/expect-failure.ts';
import { expectedReports } from '../support/expected-reports.ts';
import { createGen1Database, type Gen1Load } from '../support/gen1-database.ts';
import { createLmodDatabase, insertAsLmod } from '../support/lmod-table.ts';
import type { CommandResult } from '../support/run-command.ts';
import {
  confText,
  databaseOf,
  newDatabaseTarget,
  newSite,
  runSql,
  type Site,
  urlWithoutPassword,
} from '../support/site.ts';
import { storeKinds } from '../support/stores.ts';
import { logText } from '../support/write-log.ts';

/** Around a change of clocks, a leap day, and names that careless databases do not tell apart. */
const loads: Gen1Load[] = [
  ['alice', 'gcc/12.2', '/apps/gcc/12.2.lua', 'ls6', '2024-02-28 23:59:59'],
  ['alice', 'gcc/12.2', '/apps/gcc/12.2.lua', 'ls6', '2024-02-29 00:00:00'],
  ['alice', 'gcc/12.2', '/apps/gcc/12.2.lua', 'ls6', '2024-02-29 23:59:59'],
  ['bob', 'R/4.0', '/apps/R/4.0.lua', 'ls6', '2024-03-10 02:30:00'],
  ['bob', 'r/4.0', '/apps/r/4.0.lua', 'ls6', '2024-03-10 03:30:00'],
  ['Bob', 'R/4.0', '/apps/R/4.0.lua', 'frontera', '2024-03-31 12:00:00'],
  ["zoë o'x", 'odd\\"/1', "/apps/it's", 'ls6', '2024-11-03 01:30:00'],
];

describe.each(storeKinds)('modtally migrate into %s', (kind) => {
  test('converts a whole gen_1 database, and proves it', async () => {
    const site = newSite(kind);
    const { from, env, database } = newSource();
    await runSql(`CREATE DATABASE ${database}`);
    await runSql(readFileSync(join(conformanceDir, 'gen1-to-gen2/gen1.sql'), 'utf8'), database);
    const call = ['migrate', '--from', from, '--start', '2023-11', '--months', '13', '--verify'];
    const { stdout, stderr } = await site.do('modtally', call, { env });
    expect(stderr).toMatch(/^2023-11 +\d+ rows +\d+ %\n/);
    expect(stderr).toMatch(
      /2024-11 +\d+ rows +100 %\nmysql:.* \(gen_1\) -> .*\n +\d+ months: 8157 loads taken in, in 4016 new/,
    );
    expect(stdout).toMatch(/^Month +Syshost +Paths += Paths +Users += Users +Uses += Uses +Missing +Extra +Verdict\n/);
    expect(stdout).toMatch(/\n2023-11 .* equal\n/);
    expect(stdout).toMatch(/\nVerdict: EQUAL\. \d+ uses in \d+ months, each in both databases\.\n$/);
    const counts = await json(site, 'counts');
    expect(counts.map(({ path, users }) => [path, users])).toEqual(expectedReports('gen1-to-gen2')[0]?.rows);

    const again = await site.do('modtally', call, { env });
    expect(again.stderr).toMatch(/: 0 loads taken in, in 0 new rows; 8157 were in already\n$/);
    expect(again.stdout).toBe(stdout);
  });

  test('converts some months only', async () => {
    const { site, migrate } = await migration(kind);
    expect((await migrate('--start', '2024-03', '--months', '1', '--verify')).stdout).toContain(
      'EQUAL. 3 uses in 1 months',
    );
    expect((await json(site, 'usernames')).map(({ user }) => user)).toEqual(['Bob', 'bob', 'bob']);
    expect((await migrate('--start', '2024-03', '--verify')).stderr).toMatch(/2 months: 1 loads .*; 3 were in already/);
    expect((await migrate('--verify', '--quiet')).stderr).toBe('');
    expect(await json(site, 'usernames')).toHaveLength(5);
  });

  test('takes nothing in of days that came as dump files', async () => {
    const { site, migrate, conf } = await migration(kind);
    await site.do('dump_db', ['--confFn', conf, '--parentDir', 'dump', '--start', '2024-02', '--Nmonths', '2']);
    const files = ['02_28', '02_29', '03_10', '03_31'].map((day) => `dump/lmodV2_db_2024_${day}.json`);
    await site.do('modtally', ['import', ...files]);
    const { stdout, stderr } = await migrate('--verify');
    expect(stderr).toMatch(/3 months: 1 loads taken in, in 1 new rows; 6 were in already\n/);
    expect(stdout).toContain('Verdict: EQUAL. 6 uses in 3 months');
    expect((await site.do('modtally', ['import', ...files])).stderr).toContain(' 0 new lines');
  });

  test('goes on where the source has grown', async () => {
    const { site, migrate, database } = await migration(kind);
    await migrate();
    await runSql("INSERT INTO join_user_module VALUES (NULL, 1, 1, '2024-03-31 13:00:00')", database);
    await runSql("INSERT INTO join_user_module VALUES (NULL, 1, 1, '2024-12-01 13:00:00')", database);
    const { stdout, stderr } = await migrate('--verify');
    expect(stderr).toMatch(/4 months: 2 loads taken in, in 2 new rows; 7 were in already\n/);
    expect(stdout).toContain('Verdict: EQUAL. 8 uses');
    const [row] = await json(site, 'counts', '--pattern', '%gcc%');
    expect(row).toMatchObject({ loads: 5, first: '2024-02-28T23:59:59-06:00', last: '2024-12-01T13:00:00-06:00' });
  });

  test('finds a single row that is missing in the store, and one that is too much', async () => {
    const { site, migrate, run } = await migration(kind);
    await migrate();
    if (kind === 'mysql') await runSql("DELETE FROM moduleT WHERE BINARY path = '/apps/r/4.0.lua'", databaseOf(site));
    else {
      await runDuckdb(
        embeddedPath(site),
        `DELETE FROM tallies WHERE use_id IN (
           SELECT id FROM uses WHERE modulefile_id = (SELECT id FROM modulefiles WHERE path = '/apps/r/4.0.lua'))`,
        `DELETE FROM uses WHERE modulefile_id = (SELECT id FROM modulefiles WHERE path = '/apps/r/4.0.lua')`,
      );
    }
    const missing = await run('--verify');
    expect(missing.status).toBe(1);
    expect(missing.stdout).toMatch(/\n2024-03 +ls6 +2 +1 +1 +1 +2 +1 +1 +0 +DIFFERENT\n/);
    expect(missing.stdout).toMatch(/\n2024-03 +ls6 +\/apps\/r\/4\.0\.lua +1 +0 +1 +0 +1 +0\n/);
    expect(missing.stdout).toMatch(/\n2024-03 +frontera .* equal\n/);
    expect(missing.stdout).toMatch(
      /\nVerdict: DIFFERENT\. 1 combinations of month, cluster and path are not the same\.\n$/,
    );

    site.write('log', logText([{ user: 'extra', time: '2024-02-10T12:00:00Z' }]));
    await site.do('modtally', ['import', 'log']);
    const extra = await run('--verify', '--start', '2024-02', '--months', '1');
    expect(extra.status).toBe(1);
    expect(extra.stdout).toMatch(/\n2024-02 +ls6 +1 +1 +1 +2 +2 +3 +0 +1 +DIFFERENT\n/);
  });

  test("converts a gen_2 database of Lmod's", async () => {
    const site = newSite(kind, 'America/Chicago');
    const { from, env, database } = newSource();
    await createLmodDatabase(database);
    await insertAsLmod(database, [...loads, ...loads.slice(0, 1)]);
    const { stdout, stderr } = await site.do('modtally', ['migrate', '--from', from, '--verify'], { env });
    expect(stderr).toMatch(/\(gen_2\) -> .*\n {2}3 months: 8 loads taken in, in 6 new rows; 0 were in already/);
    expect(stdout).toContain('Verdict: EQUAL. 6 uses in 3 months');
    const rows = await runSql('SELECT COUNT(*), COUNT(DISTINCT id) FROM moduleT', database);
    expect(rows, 'the source is as it was').toEqual([[8, 8]]);
  });

  test('converts a gen_2 database that modtally has kept, its counts and instants too', async () => {
    const source = newSite('mysql', 'America/Chicago');
    const times = ['2024-11-03T06:30:00Z', '2024-11-03T07:30:00Z', '2024-11-03T09:00:00Z'];
    source.write('log', logText(times.map((time) => ({ time }))));
    await source.do('store_module_data', ['log']);
    const site = newSite(kind, 'America/Chicago');
    const env = { MODTALLY_FROM_PASSWORD: source.env['MODTALLY_PASSWORD'] ?? '' };
    const { stdout } = await site.do('modtally', ['migrate', '--from', source.url, '--verify'], { env });
    expect(stdout).toContain('Verdict: EQUAL. 1 uses in 1 months');
    expect(await json(site, 'counts')).toEqual([
      expect.objectContaining({ loads: 3, first: '2024-11-03T01:30:00-05:00', last: '2024-11-03T03:00:00-06:00' }),
    ]);
  });
});

test('a source may be named by its conf file, and its password stand in MODTALLY_PASSWORD', async () => {
  const { site, conf, from } = await migration('duckdb');
  await site.do('modtally', ['migrate', '--from', conf]);
  const env = { MODTALLY_PASSWORD: newDatabaseTarget().password };
  const { stderr } = await site.do('modtally', ['migrate', '--from', from], { env });
  expect(stderr).toContain('7 were in already');
});

test('a load of a user or a module that is not in the tables is rejected and told', async () => {
  const { site, migrate, database } = await migration('duckdb');
  await runSql("INSERT INTO join_user_module VALUES (NULL, 99, 1, '2024-03-31 13:00:00')", database);
  const { stderr } = await migrate();
  const [, file = ''] = /, 1 rejected \(see (.*)\)\n/.exec(stderr) ?? [];
  expect(readFileSync(file, 'utf8')).toMatch(/^mysql:.* 2024-03-31:2\tuser\t\{"user": null, /);
  expect(await json(site, 'usernames')).toHaveLength(5);
});

test('a database that holds something else is no source', async () => {
  const site = newSite('duckdb');
  const { from, env, database } = newSource();
  await runSql(`CREATE DATABASE ${database}; CREATE TABLE ${database}.moduleT (n INT)`);
  expectFailure(
    await site.run('modtally', ['migrate', '--from', from], { env }),
    1,
    /holds neither a gen_1 nor a gen_2 database/,
    /userT, moduleT and join_user_module/,
  );
});

test.each([
  [[], /--from/],
  [['--from', 'mysql://u@127.0.0.1/lmod', '--months', '3'], /--months needs --start/],
  [['--from', 'mysql://u@127.0.0.1/lmod', '--start', '2024-01', '--months', '0'], /--months: 0 is no number/],
  [['--from', 'mysql://u@127.0.0.1/lmod', '--start', '2024-01', '--months', ''], /--months: {2}is no number/],
  [['--from', 'mysql://u@127.0.0.1/lmod', '--start', '2024-13'], /--start: 2024-13 is no month/],
  [['--from', 'mysql://u@127.0.0.1/lmod', '--start', '2024-01-01'], /--start: 2024-01-01 is no month/],
  [['--from', 'duckdb:usage.duckdb'], /no MySQL or MariaDB database/],
  [['--from', 'mysql://u:secret@127.0.0.1/lmod'], /password on the command line/],
  [['--from', 'mysql://u@127.0.0.1'], /it names no database/],
] as const)('migrate %j is wrong usage', async (args, message) => {
  const result = await newSite('duckdb').run('modtally', ['migrate', ...args]);
  expectFailure(result, 2, message);
  expect(result.stderr).not.toContain('secret');
});

test('a conf file of the source that is not there is told', async () => {
  const result = await newSite('duckdb').run('modtally', ['migrate', '--from', 'lmod_db.conf']);
  expectFailure(result, 1, /cannot read the conf file lmod_db\.conf/, /conf_create/);
});

interface Migration {
  readonly site: Site;
  readonly database: string;
  readonly from: string;
  readonly conf: string;
  run(...args: string[]): Promise<CommandResult>;
  migrate(...args: string[]): Promise<CommandResult>;
}

/** A site in Chicago that migrates a gen_1 database with the loads above. */
async function migration(kind: 'duckdb' | 'mysql'): Promise<Migration> {
  const site = newSite(kind, 'America/Chicago');
  const { from, env, database, target } = newSource();
  await createGen1Database(database, loads);
  const call = (args: readonly string[]): string[] => ['migrate', '--from', from, ...args];
  return {
    site,
    database,
    from,
    conf: site.write('source.conf', confText(target), 0o600),
    run: (...args) => site.run('modtally', call(args), { env }),
    migrate: (...args) => site.do('modtally', call(args), { env }),
  };
}

function newSource(): {
  target: ReturnType<typeof newDatabaseTarget>;
  from: string;
  env: Record<string, string>;
  database: string;
} {
  const target = newDatabaseTarget();
  onTestFinished(async () => {
    await runSql(`DROP DATABASE IF EXISTS ${target.database}`);
  });
  const env = { MODTALLY_FROM_PASSWORD: target.password };
  return { target, from: urlWithoutPassword(target), env, database: target.database };
}

function embeddedPath({ target }: Site): string {
  if (target.kind !== 'duckdb') throw new Error('not an embedded store');
  return target.path;
}

async function json(site: Site, ...args: string[]): Promise<Record<string, unknown>[]> {
  return JSON.parse((await site.do('modtally', ['report', ...args, '--format', 'json'])).stdout);
}
