import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
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

test('thousands of users are asked for in parts', async () => {
  const users = Array.from({ length: 1200 }, (_, n) => `no-such-user-${n}`);
  expect([...(await systemPeople.lookUp([...users, 'root'])).byUser.keys()]).toEqual(['root']);
});
