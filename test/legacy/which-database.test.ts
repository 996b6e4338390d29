import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { readClassicTable } from '../support/classic-table.ts';
import { expectFailure } from '../support/expect-failure.ts';
import { confText, createSite, newSite, runSql, type Site } from '../support/site.ts';
import { logText } from '../support/write-log.ts';

/** Which store a drop-in command uses, and that it says so on stderr. */

describe('on a site with several stores', () => {
  let site: Site;
  /** Each store holds a load of the user that it is named after. */
  const stores = { named: 'named.duckdb', here: 'here.duckdb', variable: 'variable.duckdb', url: 'url.duckdb' };
  const storeUrl = (file: string): string => `duckdb:${join(site.folder, file)}`;
  const variable = (): Record<string, string> => ({ MODTALLY_STORE: storeUrl(stores.variable) });

  beforeAll(async () => {
    site = createSite('duckdb');
    for (const [user, file] of Object.entries(stores)) {
      site.write('log', logText([{ user }]));
      await site.do('modtally', ['import', '--store', storeUrl(file), 'log']);
    }
    site.write('log', logText([{ user: 'embedded' }]));
    await site.do('modtally', ['import', 'log']);
    site.write('conf/named.conf', `[STORE]\nURL = ${storeUrl(stores.named)}\n`);
    site.write('here/lmodV2_db.conf', `[store]\nurl=${storeUrl(stores.here)}\n`);
    site.write('here/other_db.conf', `[STORE]\nURL: ${storeUrl(stores.url)}\n`);
    return site.close;
  });

  async function ask(args: readonly string[], directory = '.', env: Record<string, string> = {}): Promise<string[]> {
    const cwd = join(site.folder, directory);
    const { stdout, stderr } = await site.do('analyzeLmodDB', [...args, 'usernames'], { cwd, env });
    return [readClassicTable(stdout)[0]?.at(-1) ?? '', stderr];
  }

  test('the conf file of --confFn comes first', async () => {
    const [user, said] = await ask(['--confFn', '../conf/named.conf'], 'here', variable());
    expect(user).toBe('named');
    expect(said).toBe(`analyzeLmodDB: ${storeUrl(stores.named)} (../conf/named.conf)\n`);
  });

  test('then the conf file in the working directory, lmodV2_db.conf or that of --dbname', async () => {
    const [user, said] = await ask([], 'here', variable());
    expect(user).toBe('here');
    expect(said).toBe(`analyzeLmodDB: ${storeUrl(stores.here)} (lmodV2_db.conf)\n`);
    expect((await ask(['--dbname', 'other'], 'here'))[0]).toBe('url');
  });

  test('then MODTALLY_STORE', async () => {
    const [user, said] = await ask([], '.', variable());
    expect(user).toBe('variable');
    expect(said).toBe(`analyzeLmodDB: ${storeUrl(stores.variable)} (MODTALLY_STORE)\n`);
  });

  test('then the embedded store', async () => {
    const [user, said] = await ask(['--dbname', 'nowhere'], 'here');
    expect(user).toBe('embedded');
    expect(said).toBe(`analyzeLmodDB: ${site.url} (default)\n`);
  });

  test('each command that uses a store says which', async () => {
    const said = await Promise.all(
      [
        ['createDB', []],
        ['createDB.py', []],
        ['store_module_data', ['nothing']],
        ['delete_old_records', ['--end', '2000-01-01', '--yes']],
      ].map(async ([name, args]) => (await site.do(String(name), [...(args ?? [])])).stderr.split('\n')[0]),
    );
    for (const line of said) expect(line).toContain(`${site.url} (default)`);
  });

  test('a conf file that is named has to exist', async () => {
    for (const [name, args] of [
      ['createDB', []],
      ['store_module_data', ['log']],
      ['analyzeLmodDB', ['counts']],
      ['delete_old_records', ['--end', '2024-01-01', '--yes']],
      ['dump_db', ['--parentDir', 'dump']],
    ] as const) {
      const result = await site.run(name, ['--confFn', 'nowhere_db.conf', ...args], { env: variable() });
      expectFailure(result, 1, /cannot read the conf file nowhere_db.conf/, /conf_create/);
    }
    expect(existsSync(join(site.folder, 'dump'))).toBe(false);
  });

  test('dump_db looks for lmod_db.conf and has no embedded store to fall back on', async () => {
    expectFailure(
      await site.run('dump_db', ['--parentDir', 'dump']),
      2,
      /the embedded store is no MySQL or MariaDB database/,
      /lmod_db\.conf/,
    );
  });
});

describe('a conf file of a database', () => {
  const password = (text: string): string => Buffer.from(text).toString('base64');

  test('may have its keys in any letter case, a colon for =, comments and a PORT', async () => {
    const site = newSite('mysql');
    const { target } = site;
    if (target.kind !== 'mysql') throw new Error('not a database');
    site.write(
      'odd.conf',
      `# Lmod's tools\r\n; and ours\r\n\r\n[mysql]\r\nHost=${target.host}\r\nUSER : ${target.user}\r\n  passwd  =  ${password(
        target.password,
      )}  \r\ndB = ${target.database}\r\nPoRt = ${target.port}\r\n`,
      0o600,
    );
    const { stderr } = await site.do('createDB', ['--confFn', 'odd.conf']);
    expect(stderr).toBe(`createDB: ${site.url} (odd.conf)\n`);
  });

  test('may name a SOCKET, which is used instead of host and port', async () => {
    const site = newSite('mysql');
    const { target } = site;
    if (target.kind !== 'mysql') throw new Error('not a database');
    const { socket } = inject('mariadb');
    const text = confText(target)
      .replace(/^HOST.*$/m, 'HOST = no.such.host.invalid')
      .replace(/^PORT.*$/m, `SOCKET = ${socket}`);
    site.write('lmodV2_db.conf', text, 0o600);
    await site.do('createDB', []);
    expect((await site.do('analyzeLmodDB', ['counts'])).stderr).toContain(socket);
  });

  test('with HOST = localhost and neither PORT nor SOCKET goes to the socket of the server', async () => {
    const site = newSite('mysql');
    const text = confText(site.target)
      .replace(/^HOST.*$/m, 'HOST = localhost')
      .replace(/^PORT.*\n/m, '');
    site.write('lmodV2_db.conf', text, 0o600);
    await site.do('createDB', [], { env: { MYSQL_UNIX_PORT: inject('mariadb').socket } });
    // A socket that nobody listens on is none.
    const stale = site.write('stale.sock', '');
    const result = await site.run('createDB', [], { env: { MYSQL_UNIX_PORT: stale } });
    expectFailure(result, 1, /localhost:3306\/.*ECONNREFUSED/, /Is the server running/);
  });

  test('draws a warning where others can read it, and none at 0600 or 0640', async () => {
    const site = newSite('mysql');
    site.write('open.conf', confText(site.target), 0o644);
    site.write('group.conf', confText(site.target), 0o640);
    const [open, group, own] = await Promise.all(
      ['open.conf', 'group.conf', 'lmodV2_db.conf'].map((name) => site.do('createDB', ['--confFn', name])),
    );
    expect(open?.stderr).toMatch(
      /warning: open\.conf holds a password and can be read by others: chmod 600 open\.conf/,
    );
    expect(group?.stderr).not.toContain('warning');
    expect(own?.stderr).not.toContain('warning');
  });

  test.each([
    ['without a section', 'HOST = localhost\n', /neither a section \[MYSQL\] nor \[STORE\]/],
    ['without a user', '[MYSQL]\nHOST = localhost\nPASSWD = eA==\nDB = lmodV2\n', /it has no USER/],
    ['without a password', '[MYSQL]\nHOST = localhost\nUSER = lmod\nDB = lmodV2\n', /it has no PASSWD/],
    ['with a port that is none', '[MYSQL]\nPORT = x\nHOST = h\nUSER = u\nPASSWD = eA==\nDB = d\n', /PORT is x/],
    ['with a port out of range', '[MYSQL]\nPORT = 99999\nHOST = h\nUSER = u\nPASSWD = eA==\nDB = d\n', /PORT is 99999/],
  ])('%s is incomplete, and nothing else is tried', async (_, text, why) => {
    const site = newSite('duckdb');
    site.write('lmodV2_db.conf', text, 0o600);
    expectFailure(await site.run('createDB', []), 1, why, /conf_create/);
    expect(existsSync(join(site.folder, '.local'))).toBe(false);
  });

  test('with a bad store URL is told by its name', async () => {
    const site = newSite('duckdb');
    site.write('lmodV2_db.conf', '[STORE]\nURL = postgres://db/usage\n', 0o600);
    expectFailure(await site.run('createDB', []), 2, /postgres/, /duckdb:PATH/);
  });

  test('may name an empty password', async () => {
    const site = newSite('mysql');
    const { target } = site;
    if (target.kind !== 'mysql') throw new Error('not a database');
    await runSql(
      `CREATE USER IF NOT EXISTS nobody@'%'; CREATE USER IF NOT EXISTS nobody@localhost;
       GRANT ALL ON ${target.database}.* TO nobody@'%'; GRANT ALL ON ${target.database}.* TO nobody@localhost`,
    );
    site.write('lmodV2_db.conf', confText({ ...target, user: 'nobody', password: '' }), 0o600);
    await site.do('createDB', []);
  });
});
