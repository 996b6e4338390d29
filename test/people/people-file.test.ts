import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { People } from '../../src/core/people.ts';
import { parseCsv } from '../../src/people/csv-records.ts';
import { peopleFile } from '../../src/people/people-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

async function lookUp(text: string, ...users: readonly string[]): Promise<People> {
  const path = join(temporaryFolder(), 'people.csv');
  writeFileSync(path, text);
  return peopleFile(path).lookUp(users);
}

test('CSV is read as RFC 4180 has it', () => {
  expect(parseCsv('a,b\r\n"x, ""y""\nz",\n\n,"",c\n"open', ',')).toEqual([
    ['a', 'b'],
    ['x, "y"\nz', ''],
    ['', '', 'c'],
    ['open'],
  ]);
  expect(parseCsv('a; "b;c";d"e"\n', ';')).toEqual([['a', 'b;c', 'd"e"']]);
  expect(parseCsv('', ',')).toEqual([]);
});

test('a directory tells what it has of the users that are asked for, and of nobody else', async () => {
  const text =
    '\ufeffUser, Name ,EMAIL,group,Department,\r\nalice,"Liddell, Alice",a@x.org,bio, Life \r\nbob,,,,\ncarol\nalice,Other\n';
  const { columns, byUser } = await lookUp(text, 'alice', 'bob', 'carol', 'dave', 'Alice');
  expect(columns).toEqual(['user', 'name', 'email', 'group', 'department']);
  expect([...byUser.keys()]).toEqual(['alice', 'bob', 'carol']);
  expect(Object.fromEntries(byUser.get('alice') ?? [])).toEqual({
    user: 'alice',
    name: 'Liddell, Alice',
    email: 'a@x.org',
    group: 'bio',
    department: 'Life',
  });
  expect(Object.fromEntries(byUser.get('bob') ?? [])).toEqual({ user: 'bob' });
  expect((await lookUp(text, 'bob')).byUser.size).toBe(1);
});

test.each([
  ['semicolons', 'group;user\nbio;alice\n'],
  ['tabs', 'group\tuser\nbio\talice\n'],
])('%s may separate, as the heading does', async (_, text) => {
  expect((await lookUp(text, 'alice')).byUser.get('alice')?.get('group')).toBe('bio');
});

test('a file without a column user is no directory, and one that is missing is told', async () => {
  for (const text of ['', 'login,group\nalice,bio\n', 'alice,bio\n']) {
    await expect(lookUp(text, 'alice')).rejects.toMatchObject({
      code: 'DIRECTORY',
      message: expect.stringMatching(/no column user/),
    });
  }
  await expect(peopleFile('/nowhere.csv').lookUp([])).rejects.toMatchObject({
    code: 'DIRECTORY',
    message: expect.stringMatching(/cannot read the directory \/nowhere\.csv: ENOENT/),
  });
});
