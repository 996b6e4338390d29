import { compareText } from '../core/compare-text.ts';
import { groupBy } from '../core/group-by.ts';
import type { Person } from '../core/people.ts';
import type { ResultTable } from '../core/result-table.ts';
import type { Store } from '../store/store.ts';
import { lastDayColumn, loadsColumn, syshostsColumn, userColumn } from './columns.ts';
import { firstRows } from './first-rows.ts';
import type { Report, ReportRequest } from './report.ts';

/** Whom to tell before modules go: a row a user, by user. */
export const notify: Report = {
  name: 'notify',
  summary: 'whom to tell before modules go',
  reading:
    'A row for each user of any of the modulefiles, with what of them they have loaded. Name, e-mail and group come from the directory, the group else from the log. Its CSV is made for a mail merge.',
  example: "modtally report notify --pattern '%/gcc/9%' --start 2024-07-01 --directory people.csv --format csv",
  run: listUsersToTell,
};

async function listUsersToTell(store: Store, { filter, limit, directory }: ReportRequest): Promise<ResultTable> {
  const groups = await store.select({
    by: ['user', 'group'],
    measures: ['modules', 'syshosts', 'loads', 'last'],
    filter,
  });
  const byUser = groupBy(groups, ({ user }) => user);
  const users = [...byUser.keys()].sort(compareText);
  const people = directory === null ? null : await directory.lookUp(users);
  const known: Person = new Map();
  const rows = users.map((user) => {
    const person = people?.byUser.get(user) ?? known;
    const uses = byUser.get(user) ?? [];
    const logged = unionOf(uses.map(({ group }) => (group === null ? [] : [group])));
    return [
      user,
      person.get('name') ?? null,
      person.get('email') ?? null,
      person.get('group') ?? (logged.length > 0 ? logged.join(',') : null),
      unionOf(uses.map(({ modules }) => modules)),
      unionOf(uses.map(({ syshosts }) => syshosts)),
      uses.reduce((sum, { loads }) => sum + loads, 0),
      uses.reduce((latest, { last }) => Math.max(latest, last), 0),
    ];
  });
  return {
    columns: [
      userColumn,
      { key: 'name', title: 'Name', kind: 'text' },
      { key: 'email', title: 'E-mail', kind: 'text' },
      { key: 'group', title: 'Group', kind: 'text' },
      { key: 'modules', title: 'Modules', kind: 'list' },
      syshostsColumn,
      loadsColumn,
      lastDayColumn,
    ],
    rows: firstRows(rows, limit),
    notes: notesOn(users, directory?.name ?? null, people?.byUser),
  };
}

function notesOn(
  users: readonly string[],
  directory: string | null,
  known: ReadonlyMap<string, Person> | undefined,
): string[] {
  if (users.length === 0) return [];
  if (directory === null) {
    return ['Names and e-mail addresses come from a directory: --directory FILE.csv, or --directory getent for names.'];
  }
  const unknown = users.filter((user) => known?.has(user) !== true).length;
  return unknown === 0 ? [] : [`Of ${users.length} users, ${unknown} are not in the directory ${directory}.`];
}

function unionOf(lists: readonly (readonly string[])[]): string[] {
  return [...new Set(lists.flat())].sort(compareText);
}
