import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { systemPeople } from '../../src/people/getent.ts';

/** The fields of an entry as the program itself prints it. */
function entry(database: string, key: string): string[] {
  return execFileSync('getent', [database, key], { encoding: 'utf8' }).trimEnd().split(':');
}

test('the system tells names and groups of the users that it knows, and of nobody else', async () => {
  const accounts = ['root', 'daemon', 'nobody'];
  const { columns, byUser } = await systemPeople.lookUp([...accounts, 'no such user', 'no-such-user']);
  expect(columns).toEqual(['name', 'group']);
  expect([...byUser.keys()].sort()).toEqual([...accounts].sort());
  for (const account of accounts) {
    const [, , , gid = '', name = ''] = entry('passwd', account);
    expect(Object.fromEntries(byUser.get(account) ?? [])).toEqual({ name, group: entry('group', gid)[0] });
  }
});

test('names that are made to deceive find nobody', async () => {
  const names = ['0', '--help', '-s', '', 'root\n', 'ro\0ot', '*', "';--", 'root:x', '😀'];
  expect((await systemPeople.lookUp(names)).byUser).toEqual(new Map());
  expect((await systemPeople.lookUp([])).byUser).toEqual(new Map());
});

test('what fails is told without the users who were asked for', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'modtally-getent-'));
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
  writeFileSync(join(folder, 'getent'), '#!/bin/sh\necho sssd sleeps >&2\nexit 3\n', { mode: 0o755 });
  const failure: unknown = await systemPeople.lookUp(['amora', 'brin']).catch((error: unknown) => error);
  expect(failure).toMatchObject({ message: 'cannot run getent: status 3: sssd sleeps' });
  // The log tells the cause, too.
  expect((failure as Error).cause).toBeUndefined();
  vi.stubEnv('PATH', '/nowhere');
  await expect(systemPeople.lookUp(['amora'])).rejects.toMatchObject({ message: 'cannot run getent: ENOENT' });
});

test('thousands of users are asked for in parts', async () => {
  const users = Array.from({ length: 1200 }, (_, n) => `no-such-user-${n}`);
  expect([...(await systemPeople.lookUp([...users, 'root'])).byUser.keys()]).toEqual(['root']);
});
