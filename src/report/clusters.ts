import { compareText } from '../core/compare-text.ts';
import { groupBy } from '../core/group-by.ts';
import { compareNatural } from '../core/natural-order.ts';
import { shareOf } from '../core/share.ts';
import { lastDayColumn, loadsColumn, syshostColumn, usersColumn, usersShareColumn } from './columns.ts';
import { eachColumns, naming } from './each.ts';
import { firstRows } from './first-rows.ts';
import type { Report } from './report.ts';
import { choiceOption, optionValue } from './report-option.ts';
import { readSpan } from './span.ts';

const MONTHS = 12;

const each = choiceOption('each', ['module', 'package', 'path', 'all'], 'rows for each of these, or for all together');

/** Users of a module on each cluster, and over all of them: what has most users on top. */
export const clusters: Report = {
  name: 'clusters',
  summary: 'the users of a module on each cluster, and over all of them',
  reading:
    'A row for each cluster on which a module was loaded; what has most users over all clusters is on top. Only here ' +
    'are the users who have loaded it on no other cluster, the share is of its users on all of them. With --each all, ' +
    'modules are not told apart.',
  example: "modtally report clusters --module 'gcc/%'",
  months: MONTHS,
  options: [each],
  async run(store, request) {
    const kind = optionValue(request.options, each);
    const span = await readSpan(store, request, MONTHS);
    const { by, nameOf } =
      kind === 'all' ? { by: 'module' as const, nameOf: () => '' } : naming(kind, request.packageOf);
    const uses = await store.select({ by: [by, 'syshost', 'user'], measures: ['loads', 'last'], filter: span.filter });
    const found = [...groupBy(uses, (use) => nameOf(use[by]))].map(([name, ofName]) => ({
      name,
      clusters: groupBy(ofName, ({ syshost }) => syshost),
      users: groupBy(ofName, ({ user }) => user),
    }));
    found.sort((one, other) => other.users.size - one.users.size || compareNatural(one.name, other.name));
    const rows = found.flatMap(({ name, clusters, users }) =>
      [...clusters]
        .sort(([one], [other]) => compareText(one, other))
        .map(([syshost, here]) => {
          const usersHere = [...new Set(here.map(({ user }) => user))];
          const onlyHere = usersHere.filter((user) => users.get(user)?.every((use) => use.syshost === syshost));
          return [
            ...(kind === 'all' ? [] : [name]),
            syshost,
            usersHere.length,
            onlyHere.length,
            users.size,
            shareOf(usersHere.length, users.size),
            here.reduce((sum, { loads }) => sum + loads, 0),
            here.reduce((latest, { last }) => Math.max(latest, last), 0),
          ];
        }),
    );
    return {
      columns: [
        ...(kind === 'all' ? [] : [eachColumns[kind]]),
        syshostColumn,
        usersColumn,
        { key: 'only_here', title: 'Only here', kind: 'number' },
        { key: 'all_users', title: 'On all', kind: 'number' },
        usersShareColumn,
        loadsColumn,
        lastDayColumn,
      ],
      rows: firstRows(rows, request.limit),
      notes: span.notes,
    };
  },
};
