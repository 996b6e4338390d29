import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectFailure } from '../support/expect-failure.ts';
import { runOnTerminal } from '../support/pseudo-terminal.ts';
import { newSite } from '../support/site.ts';

const secret = 'te st\'"\\%&=#;623 €';
const base64 = Buffer.from(secret).toString('base64');
const written = `[MYSQL]\nhost = localhost\nuser = lmodUser\npasswd = ${base64}\ndb = lmodV2\n\n`;

describe('conf_create', () => {
  test('asks for all four, in the order of Lmod, and writes a file for its owner only', async () => {
    const site = newSite('duckdb');
    const { stdout, stderr } = await site.do('conf_create', [], { input: `localhost\nlmodUser\n${secret}\nlmodV2\n` });
    expect(stdout).toBe('Database host: Database user: Database pass: \nDatabase name: ');
    expect(stderr).toBe('');
    const path = join(site.folder, 'lmodV2_db.conf');
    expect(readFileSync(path, 'utf8')).toBe(written);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  test('asks for what is missing only', async () => {
    const site = newSite('duckdb');
    const { stdout } = await site.do(
      'conf_create',
      ['--dbhost', 'localhost', '--dbuser=lmodUser', '--dbname', 'lmodV2'],
      {
        input: `${secret}\n`,
      },
    );
    expect(stdout).toBe('Database pass: \n');
    expect(readFileSync(join(site.folder, 'lmodV2_db.conf'), 'utf8')).toBe(written);
  });

  test('takes a password as a flag, and warns', async () => {
    const site = newSite('duckdb');
    const { stdout, stderr } = await site.do('conf_create', [
      ...['--dbhost', 'localhost', '--dbuser', 'lmodUser'],
      ...['--passwd', secret, '--dbname', 'lmodV2'],
    ]);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^conf_create: warning: .*--passwd.*\n$/);
    expect(stderr).not.toContain(secret);
    expect(readFileSync(join(site.folder, 'lmodV2_db.conf'), 'utf8')).toBe(written);
  });

  test('writes over a file that is there; one that others could read is made private, with a warning', async () => {
    const site = newSite('duckdb');
    const path = site.write('lmodV2_db.conf', 'old', 0o644);
    const args = ['--dbhost', 'localhost', '--dbuser', 'lmodUser', '--dbname', 'lmodV2'];
    const first = await site.do('conf_create', args, { input: `${secret}\n` });
    expect(first.stderr).toMatch(/warning: lmodV2_db\.conf could be read by others/);
    expect(readFileSync(path, 'utf8')).toBe(written);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const second = await site.do('conf_create', args, { input: `${secret}\n` });
    expect(second.stderr).toBe('');
    expect(readdirSync(site.folder)).toEqual(['lmodV2_db.conf']);
  });

  test.each([
    '',
    'localhost\n',
    'localhost\n\nx\nlmodV2\n',
    'localhost\nlmodUser\nx\n',
    'localhost\nlmodUser\nx\n../up\n',
  ])('writes nothing where an answer is missing or impossible: %j', async (input) => {
    const site = newSite('duckdb');
    expectFailure(await site.run('conf_create', [], { input }), 1, /must not be empty|\//);
    expect(readdirSync(site.folder)).toEqual([]);
  });

  test('does not follow a link that somebody has laid in its way', async () => {
    const site = newSite('duckdb');
    const victim = site.write('victim', 'precious');
    symlinkSync(victim, join(site.folder, 'lmodV2_db.conf.new'));
    const args = ['--dbhost', 'localhost', '--dbuser', 'lmodUser', '--dbname', 'lmodV2'];
    await site.do('conf_create', args, { input: `${secret}\n` });
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    expect(readFileSync(join(site.folder, 'lmodV2_db.conf'), 'utf8')).toBe(written);
    expect(readdirSync(site.folder).sort()).toEqual(['lmodV2_db.conf', 'victim']);
  });

  test('says so where the directory cannot be written', async () => {
    const site = newSite('duckdb');
    writeFileSync(join(site.folder, 'a-file'), '');
    const args = ['--dbhost', 'localhost', '--dbuser', 'u', '--dbname', 'x'.repeat(300)];
    expectFailure(await site.run('conf_create', args, { input: 'p\n' }), 1, /cannot write x+_db\.conf/);
  });

  test('ends without a file when the user breaks it off at the terminal', async () => {
    const site = newSite('duckdb');
    const { status } = await runOnTerminal(
      `${process.execPath} ${join(import.meta.dirname, '../../bin/conf_create')}`,
      [['Database host: ', 'localhost\r\u0003']],
      { cwd: site.folder },
    );
    expect(status).not.toBe(0);
    expect(readdirSync(site.folder)).toEqual([]);
  });
});
