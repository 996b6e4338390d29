import { AppError } from '../core/app-error.ts';
import { compareText } from '../core/compare-text.ts';
import { groupBy } from '../core/group-by.ts';
import type { People, PeopleDirectory } from '../core/people.ts';
import type { ResultTable } from '../core/result-table.ts';
import type { Store } from '../store/store.ts';
import { firstRows } from './first-rows.ts';
import type { Report, ReportRequest } from './report.ts';
import { optionValue, type ReportOption } from './report-option.ts';
import { cellsOf, sumColumns, sumUp } from './usage-sums.ts';

const LOG = 'log';

const byOption: ReportOption<string> = {
  name: 'by',
  hint: 'COLUMN',
  meaning: 'a column of the directory, such as department; log is what the log tells, else the group of the directory',
  fallback: LOG,
  read: (text) => (text === '' ? null : text),
};

/** Users, loads and modulefiles of each group: most users first, then by group; what belongs to none comes last. */
export const groups: Report = {
  name: 'groups',
  summary: 'which groups, accounts or departments use how much',
  reading:
    'A row for each group that the log tells by its key group or account; where it tells none, the group that the directory knows the user in. With --by it is that column of the directory and nothing else. A user of two groups counts in both. The last row, without a name, is of no group that is known.',
  example: 'modtally report groups --by department --directory people.csv --start 2025-01-01',
  options: [byOption],
  run: countGroups,
};

async function countGroups(store: Store, { filter, limit, options, directory }: ReportRequest): Promise<ResultTable> {
  const column = optionValue(options, byOption);
  const by = column === LOG ? null : column;
  if (by !== null && directory === null) {
    throw new AppError('USAGE', `--by ${by}: there is no directory`, {
      hint: 'Name one with --directory: a CSV file with the columns user and such as department.',
    });
  }
  const uses = await store.select({ by: ['user', 'group', 'path'], measures: ['loads', 'last'], filter });
  const people = (await directory?.lookUp([...new Set(uses.map(({ user }) => user))])) ?? null;
  if (by !== null) requireColumn(by, directory, people);
  const byGroup = groupBy(uses, ({ user, group }) => {
    const person = people?.byUser.get(user);
    return (by === null ? (group ?? person?.get('group')) : person?.get(by.toLowerCase())) ?? null;
  });
  const rows = [...byGroup].map(([group, ofGroup]) => ({ group, sums: sumUp(ofGroup) }));
  rows.sort(
    (one, other) =>
      Number(one.group === null) - Number(other.group === null) ||
      other.sums.users - one.sums.users ||
      compareText(one.group ?? '', other.group ?? ''),
  );
  return {
    columns: [{ key: 'group', title: 'Group', kind: 'text' }, ...sumColumns],
    rows: firstRows(rows, limit).map(({ group, sums }) => [group, ...cellsOf(sums)]),
    notes: byGroup.has(null) ? [noteOn(directory)] : [],
  };
}

function requireColumn(by: string, directory: PeopleDirectory | null, people: People | null): void {
  const columns = people?.columns.filter((column) => column !== 'user') ?? [];
  if (columns.includes(by.toLowerCase())) return;
  throw new AppError('USAGE', `--by ${by}: the directory ${directory?.name} has no such column`, {
    hint: `It has ${columns.join(', ') || 'none'}.`,
  });
}

function noteOn(directory: PeopleDirectory | null): string {
  const ways = 'A log tells it by the key group or account of each load';
  return directory === null
    ? `The group of some loads is not known. ${ways}; a directory, --directory FILE.csv or getent, tells it of users.`
    : `The group of some loads is not known: neither the log nor the directory ${directory.name} tells it.`;
}
