import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { expectFailure } from '../support/expect-failure.ts';
import { createLmodDatabase, insertAsLmod } from '../support/lmod-table.ts';
import { freePort } from '../support/mariadb-server.ts';
import { confText, databaseOf, newSite, runSql, type Site } from '../support/site.ts';
import { logText } from '../support/write-log.ts';

/** What can go wrong with a database server: each is told in a line, and nothing is lost. */

let site: Site;
let database: string;

beforeEach(() => {
  site = newSite('mysql');
  database = databaseOf(site);
  site.write('first', logText([{ user: 'first' }]));
  site.write('second', logText([{ user: 'second', time: '2024-11-12T12:00:00Z' }]));
});

/** Each command that goes to the store, with what it takes to get there. */
const calls: readonly (readonly [string, readonly string[]])[] = [
  ['modtally', ['import', 'first']],
  ['modtally', ['report', 'counts']],
  ['modtally', ['init']],
  ['modtally', ['prune', '--keep-months', '1', '--yes']],
  ['createDB', []],
  ['store_module_data', ['first']],
  ['analyzeLmodDB', ['counts']],
  ['delete_old_records', ['--end', '2030-01-01', '--yes']],
];

describe('a server that cannot be reached is told', () => {
  async function expectUnreachable(
    change: (conf: string) => string,
    env: Record<string, string>,
    asked = calls.filter(([, args]) => args.includes('counts')),
  ): Promise<void> {
    site.write('lmodV2_db.conf', change(confText(site.target)), 0o600);
    const results = await Promise.all(asked.map(([name, args]) => site.run(name, args, { env })));
    for (const result of results) expectFailure(result, 1, /mysql:\/\/lmodUser@/, /Is the server running/);
  }

  test('by every command, where nobody listens', async () => {
    const port = await freePort();
    const env = { MODTALLY_STORE: `mysql://lmodUser@127.0.0.1:${port}/${database}` };
    await expectUnreachable((conf) => conf.replace(/^PORT.*$/m, `PORT = ${port}`), env, [...calls]);
  });

  test('where the socket is not there', async () => {
    await expectUnreachable((conf) => `${conf}SOCKET = /nowhere/my.sock\n`, {
      MODTALLY_STORE: `mysql://lmodUser@localhost/${database}?socket=/nowhere/my.sock`,
    });
  });

  test('where there is no such host', async () => {
    await expectUnreachable((conf) => conf.replace(/^HOST.*$/m, 'HOST = no-such-host.invalid'), {
      MODTALLY_STORE: `mysql://lmodUser@no-such-host.invalid/${database}`,
    });
  });
});

test('a wrong password is told by every command, and the password is not', async () => {
  const password = 'Wr0ng-secret';
  site.write('lmodV2_db.conf', confText(site.target).replace(/^PASSWD.*$/m, `PASSWD = ${btoa(password)}`), 0o600);
  const results = await Promise.all(
    calls.map(([name, args]) => site.run(name, args, { env: { MODTALLY_PASSWORD: password } })),
  );
  for (const result of results) {
    expectFailure(result, 1, /Access denied for user 'lmodUser'/, /Check the user and the password/);
    expect(result.stdout + result.stderr).not.toContain(password);
  }
});

describe('what is missing', () => {
  test('the database: reports and deletions are told, an import makes it', async () => {
    for (const [name, args] of [
      ['modtally', ['report', 'counts']],
      ['modtally', ['prune', '--keep-months', '1', '--yes']],
      ['analyzeLmodDB', ['counts']],
      ['delete_old_records', ['--end', '2030-01-01', '--yes']],
    ] as const) {
      expectFailure(await site.run(name, args), 1, /the server has no database/, /createDB, or an import, makes it/);
    }
    await site.do('modtally', ['import', 'first']);
    expect(await answer()).toContain('first');
  });

  test('the table: reports and deletions are told, an import makes it', async () => {
    await runSql(`CREATE DATABASE ${database}`);
    for (const [name, args] of [
      ['modtally', ['report', 'counts']],
      ['analyzeLmodDB', ['counts']],
      ['delete_old_records', ['--end', '2030-01-01', '--yes']],
    ] as const) {
      expectFailure(await site.run(name, args), 1, /there is no table moduleT/, /createDB, or an import, makes it/);
    }
    await site.do('store_module_data', ['first']);
    expect(await answer()).toContain('first');
  });

  test("modtally's own tables, in a database that was restored without them: the next import makes them", async () => {
    await site.do('modtally', ['import', 'first']);
    await runSql('DROP TABLE modtally_meta; DROP TABLE modtally_contents; DROP TABLE modtally_imports', database);
    expect(await answer()).toContain('first');
    await site.do('modtally', ['import', 'second']);
    expect(await answer()).toContain('second');
  });
});

describe('rights', () => {
  test('to read alone are enough for reports, and too few to import or delete', async () => {
    await site.do('modtally', ['import', 'first']);
    const before = await answer();
    const env = await userWith('SELECT');
    expect((await site.do('modtally', ['report', 'usernames', '--format', 'csv'], { env })).stdout).toBe(before);
    for (const args of [
      ['import', 'second'],
      ['prune', '--keep-months', '1', '--yes'],
    ]) {
      expectFailure(await site.run('modtally', args, { env }), 1, /denied/i, /lacks a right: GRANT ALL/);
    }
    expect(await answer()).toBe(before);
    expect((await site.do('modtally', ['import', 'second'])).stderr).toContain('1 new lines');
  });

  test("to write rows but not to change tables are too few to take over a table of Lmod's, which stays as it is", async () => {
    await createLmodDatabase(database);
    await insertAsLmod(database, [['alice', 'gcc/12.2', '/apps/gcc', 'ls6', '2024-10-01 08:00:00']]);
    const before = await runSql('SHOW CREATE TABLE moduleT', database);
    const env = await userWith('SELECT, INSERT, UPDATE, DELETE');
    expectFailure(await site.run('modtally', ['import', 'first'], { env }), 1, /denied/i, /lacks a right: GRANT ALL/);
    expect(await runSql('SHOW CREATE TABLE moduleT', database)).toEqual(before);
    expect(await answer()).toContain('alice');
    expect((await site.do('modtally', ['import', 'first'])).stderr).toContain('1 new lines');
  });

  test('that are none hide the database', async () => {
    await site.do('modtally', ['import', 'first']);
    const env = await userWith(null);
    expectFailure(await site.run('modtally', ['report', 'counts'], { env }), 1, /no database/, /GRANT ALL ON it/);
    expectFailure(await site.run('modtally', ['import', 'first'], { env }), 1, /denied/i, /lacks a right: GRANT ALL/);
  });

  /** A user with some rights on the database, as the environment of a command. */
  async function userWith(rights: string | null): Promise<Record<string, string>> {
    const user = `u_${database}`.slice(0, 60);
    for (const host of ['%', 'localhost']) {
      await runSql(`CREATE USER '${user}'@'${host}' IDENTIFIED BY 'x'`);
      if (rights !== null) await runSql(`GRANT ${rights} ON ${database}.* TO '${user}'@'${host}'`);
    }
    onTestFinished(async () => {
      await runSql(`DROP USER '${user}'@'%', '${user}'@localhost`);
    });
    return { MODTALLY_STORE: site.url.replace('lmodUser', user), MODTALLY_PASSWORD: 'x' };
  }
});

test('a database of a newer modtally is told by every command, and left as it is', async () => {
  await site.do('modtally', ['import', 'first']);
  await runSql('UPDATE modtally_meta SET version = 999', database);
  const results = await Promise.all(calls.map(([name, args]) => site.run(name, args)));
  for (const result of results) {
    expectFailure(result, 1, /has schema version 999; this modtally knows/, /Update modtally.*Nothing was changed/);
  }
  expect(await runSql('SELECT COUNT(*) FROM moduleT', database)).toEqual([[1]]);
  await runSql('UPDATE modtally_meta SET version = 1', database);
  expect((await site.do('modtally', ['import', 'second'])).stderr).toContain('1 new lines');
});

test('an import that another one keeps waiting for too long is told, and can be repeated', async () => {
  await site.do('modtally', ['import', 'first']);
  const { createHash } = await import('node:crypto');
  const lock = `modtally-${createHash('sha256').update(database).digest('hex').slice(0, 40)}`;
  const holding = runSql(`SELECT GET_LOCK('${lock}', 1), SLEEP(600)`).catch(() => {});
  const env = { MODTALLY_LEASE_SECONDS: '1' };
  const holder = await vi.waitFor(async () => {
    const [[id]] = (await runSql(`SELECT IS_USED_LOCK('${lock}')`)) as [[number]];
    expect(id).toBeTypeOf('number');
    return id;
  });
  expectFailure(
    await site.run('modtally', ['import', 'second'], { env }),
    1,
    /held by another modtally/,
    /lease_seconds/,
  );
  await runSql(`KILL ${holder}`);
  await holding;
  expect((await site.do('modtally', ['import', 'second'], { env })).stderr).toContain('1 new lines');
});

test('an import that fails before it begins has changed nothing, and can be repeated', async () => {
  await site.do('modtally', ['import', 'first']);
  const before = await answer();
  site.write('ignore', '[\n');
  site.write('bad', `${logText([{ user: 'good' }, { user: '' }])}`);
  expectFailure(await site.run('modtally', ['import', '--ignore', 'ignore', 'second']), 1, /ignore:1: bad pattern/);
  expectFailure(await site.run('modtally', ['import', '--rejects', 'first/x', 'bad']), 1, /cannot write the rejected/);
  expectFailure(await site.run('modtally', ['import', '--tz', 'Mars/Base', 'second']), 2, /no time zone Mars\/Base/);
  expect(await answer()).toBe(before);
  expect((await site.do('modtally', ['import', 'second', 'bad'])).stderr).toContain('3 new lines');
});

async function answer(): Promise<string> {
  return (await site.do('modtally', ['report', 'usernames', '--format', 'csv'])).stdout;
}
