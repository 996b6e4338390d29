import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { expectFailure } from '../support/expect-failure.ts';
import { confText, databaseOf, newSite, type Site } from '../support/site.ts';
import { logText } from '../support/write-log.ts';

/** A password is never in the arguments of a process, in a message or in a log. */

const secret = 'Sup3r-s3cret!';
const base64 = Buffer.from(secret).toString('base64');

function mysqlUrl({ target }: Site, password?: string): string {
  if (target.kind !== 'mysql') throw new Error('not a database');
  const { user, host, port, database } = target;
  return `mysql://${user}${password === undefined ? '' : `:${encodeURIComponent(password)}`}@${host}:${port}/${database}`;
}

describe('on a command line', () => {
  test.each([
    ['import', 'log'],
    ['report', 'counts'],
    ['init'],
    ['prune', '--keep-months', '1', '--yes'],
    ['parse', 'log'],
  ])('a password in --store is refused by modtally %s', async (...args) => {
    const site = newSite('mysql');
    site.write('log', logText([{}]));
    const result = await site.run('modtally', [...args, '--store', mysqlUrl(site, secret)]);
    expectFailure(result, 2, /a password on the command line can be read by everybody/, /MODTALLY_PASSWORD/);
    expect(result.stdout + result.stderr).not.toContain(secret);
  });

  test('a password in --from is refused', async () => {
    const site = newSite('mysql');
    const result = await site.run('modtally', ['migrate', '--from', mysqlUrl(site, secret)]);
    expectFailure(result, 2, /a password on the command line/, /MODTALLY_FROM_PASSWORD/);
    expect(result.stderr).not.toContain(secret);
  });

  test('a password with every sign that an URL can hold is known as one', async () => {
    const site = newSite('mysql');
    for (const url of [
      'mysql://u:p%40ss@h/d',
      'MariaDB://u:p@h/d',
      'mysql://:p@h/d',
      'mysql://u:p:q@h/d',
      'mysql://u:a/b@h/d',
    ]) {
      const result = await site.run('modtally', ['init', '--store', url]);
      expect(result.status, url).toBe(2);
      expect(result.stderr, url).not.toMatch(/p%40ss|:p@|p:q|a\/b/);
    }
  });
});

describe('where it may stand', () => {
  test('in MODTALLY_PASSWORD, in the URL of MODTALLY_STORE, in a configuration file, in a file of its own', async () => {
    const site = newSite('mysql');
    const { target } = site;
    if (target.kind !== 'mysql') throw new Error('not a database');
    const { password } = target;
    const noEnv = { MODTALLY_STORE: '', MODTALLY_PASSWORD: '' };
    await site.do('modtally', ['init', '--store', mysqlUrl(site)], { env: { MODTALLY_PASSWORD: password } });
    await site.do('modtally', ['init'], { env: { ...noEnv, MODTALLY_STORE: mysqlUrl(site, password) } });
    site.write('modtally.toml', `store = '${mysqlUrl(site)}'\npassword = ${JSON.stringify(password)}\n`, 0o600);
    expect((await site.do('modtally', ['init'], { env: noEnv })).stderr).not.toContain('warning');
    site.write('password', `${password}\nanything\n`, 0o600);
    site.write('file.toml', `store = '${mysqlUrl(site)}'\npassword_file = 'password'\n`);
    const { stderr } = await site.do('modtally', ['init', '--config', 'file.toml'], { env: noEnv });
    expect(stderr).not.toContain('warning');
  });

  test('a configuration file with a password that others can read draws a warning', async () => {
    const site = newSite('duckdb');
    site.write('modtally.toml', `password = '${secret}'\n`, 0o644);
    const { stderr } = await site.do('modtally', ['init']);
    expect(stderr).toMatch(/^modtally: warning: modtally\.toml holds a password and can be read by others: chmod 600/);
    expect(stderr).not.toContain(secret);
  });

  test('so does one with a password in the URL of its store', async () => {
    const site = newSite('mysql');
    const { target } = site;
    if (target.kind !== 'mysql') throw new Error('not a database');
    site.write('modtally.toml', `store = ${JSON.stringify(mysqlUrl(site, target.password))}\n`, 0o644);
    const { stderr } = await site.do('modtally', ['init'], { env: { MODTALLY_STORE: '', MODTALLY_PASSWORD: '' } });
    expect(stderr).toMatch(/^modtally: warning: modtally\.toml holds a password/);
  });
});

describe('in messages', () => {
  test('a wrong password is in no output, with --debug or -D neither', async () => {
    const site = newSite('mysql');
    site.write('lmodV2_db.conf', confText(site.target).replace(/^PASSWD.*$/m, `PASSWD = ${base64}`), 0o600);
    site.write('log', logText([{}]));
    const env = { MODTALLY_STORE: mysqlUrl(site, secret), MODTALLY_PASSWORD: secret };
    const results = await Promise.all([
      site.run('modtally', ['import', '--debug', 'log'], { env }),
      site.run('modtally', ['report', 'counts', '--debug'], { env }),
      site.run('modtally', ['migrate', '--debug', '--from', 'lmodV2_db.conf'], { env }),
      site.run('modtally', ['migrate', '--debug', '--from', mysqlUrl(site), '--store', 'duckdb:x'], { env }),
      site.run('createDB', ['--debug'], { env }),
      site.run('store_module_data', ['-D', 'log'], { env }),
      site.run('delete_old_records', ['-D', '--end', '2024-01-01', '--yes'], { env }),
    ]);
    for (const { status, stdout, stderr } of results) {
      expect(status).toBe(1);
      expect(stderr).toMatch(/Access denied/);
      expect(stderr).toMatch(/\n {4}at /);
      for (const text of [secret, base64, encodeURIComponent(secret)]) expect(stdout + stderr).not.toContain(text);
    }
  });

  test('a password in a bad URL of a variable or a file is in no output', async () => {
    const site = newSite('duckdb');
    for (const url of [`mysql://u:${secret}@h`, `oracle://u:${secret}@h/d`, `mysql://u:${secret}@h:port/d`]) {
      for (const [name, args] of [
        ['modtally', ['init', '--debug']],
        ['createDB', ['-D']],
      ] as const) {
        const result = await site.run(name, args, { env: { MODTALLY_STORE: url } });
        expect(result.status).toBe(2);
        expect(result.stdout + result.stderr).not.toContain(secret);
      }
    }
  });

  test('a configuration file that cannot be understood is not quoted', async () => {
    const site = newSite('duckdb');
    site.write('modtally.toml', `password = '${secret}\n`, 0o600);
    const result = await site.run('modtally', ['init', '--debug']);
    expect(result.status).toBe(2);
    expect(result.stdout + result.stderr).not.toContain(secret);
  });

  test('success tells the store without its password', async () => {
    const site = newSite('mysql');
    const { target } = site;
    if (target.kind !== 'mysql') throw new Error('not a database');
    site.write('log', logText([{}]));
    const env = { MODTALLY_STORE: mysqlUrl(site, target.password), MODTALLY_PASSWORD: '' };
    const { stdout } = await site.do('modtally', ['import', '--json', 'log'], { env });
    expect(JSON.parse(stdout).store).toBe(`mysql://${target.user}@${target.host}:${target.port}/${databaseOf(site)}`);
  });
});

test('the arguments of a running command show no password, whatever it is given', async () => {
  const site = newSite('mysql');
  const { target } = site;
  if (target.kind !== 'mysql') throw new Error('not a database');
  const seen: string[] = [];
  await site.do('createDB', [], {
    onStart: (pid) => seen.push(execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' })),
  });
  expect(seen.join('')).toContain('createDB');
  expect(seen.join('')).not.toContain(target.password);
});
