import { readFile } from 'node:fs/promises';
import { AppError, describeCause } from '../core/app-error.ts';
import type { People, PeopleDirectory, Person } from '../core/people.ts';
import { parseCsv } from './csv-records.ts';

/**
 * A CSV file with a heading, in which `user` is a column. Commas, semicolons or tabs separate, as its heading does;
 * of several lines about a user the first counts.
 */
export function peopleFile(path: string): PeopleDirectory {
  return {
    name: path,
    async lookUp(users) {
      let text: string;
      try {
        text = await readFile(path, 'utf8');
      } catch (cause) {
        throw new AppError('DIRECTORY', `cannot read the directory ${path}: ${describeCause(cause)}`, { cause });
      }
      return readPeople(text, path, new Set(users));
    },
  };
}

function readPeople(text: string, path: string, users: ReadonlySet<string>): People {
  const content = text.replace(/^\ufeff/, '');
  const separator = /[,;\t]/.exec(content.split('\n', 1)[0] ?? '')?.[0] ?? ',';
  const [heading = [], ...records] = parseCsv(content, separator);
  const columns = heading.map((title) => title.trim().toLowerCase());
  const userColumn = columns.indexOf('user');
  if (userColumn < 0) {
    throw new AppError('DIRECTORY', `the directory ${path} has no column user in its first line`, {
      hint: 'It is CSV with a heading, such as user,name,email,group.',
    });
  }
  const byUser = new Map<string, Person>();
  for (const record of records) {
    const cells = record.map((cell) => cell.trim());
    const user = cells[userColumn] ?? '';
    if (!users.has(user) || byUser.has(user)) continue;
    byUser.set(user, new Map(columns.flatMap((column, place) => (cells[place] ? [[column, cells[place]]] : []))));
  }
  return { columns: columns.filter((column) => column !== ''), byUser };
}
