import { compareText } from '../core/compare-text.ts';
import { groupBy } from '../core/group-by.ts';
import { compareNatural } from '../core/natural-order.ts';
import { shareOf } from '../core/share.ts';
import { lastDayColumn, loadsColumn, syshostColumn, usersColumn, usersShareColumn } from './columns.ts';
import { eachColumns } from './each.ts';
import { firstRows } from './first-rows.ts';
import type { Report } from './report.ts';
import { choiceOption, optionValue } from './report-option.ts';
import { readSpan } from './span.ts';
import { mergeUsage, readUsageOfClusters } from './usage.ts';

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
    const usage = await readUsageOfClusters(store, span.filter, kind === 'all' ? 'module' : kind, request.packageOf);
    const uses = [...usage].flatMap(([syshost, ofCluster]) => {
      const parts = [...ofCluster.values()];
      return (kind === 'all' ? [mergeUsage('all', parts)] : parts).map((part) => ({ syshost, ...part }));
    });
    const found = [...groupBy(uses, ({ name }) => name)].map(([name, here]) => ({
      name,
      here: here.sort((one, other) => compareText(one.syshost, other.syshost)),
      all: mergeUsage(name, here).users,
    }));
    found.sort((one, other) => other.all.size - one.all.size || compareNatural(one.name, other.name));
    const rows = found.flatMap(({ name, here, all }) =>
      here.map(({ syshost, users, loads, last }) => {
        const elsewhere = here.filter((use) => use.syshost !== syshost);
        const onlyHere = [...users].filter((user) => !elsewhere.some((use) => use.users.has(user)));
        const figures = [users.size, onlyHere.length, all.size, shareOf(users.size, all.size), loads, last];
        return kind === 'all' ? [syshost, ...figures] : [name, syshost, ...figures];
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
