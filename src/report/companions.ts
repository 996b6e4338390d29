import { groupBy } from '../core/group-by.ts';
import { compareNatural } from '../core/natural-order.ts';
import { shareOf } from '../core/share.ts';
import { lastDayColumn, loadsColumn, packageColumn, usersColumn, usersShareColumn } from './columns.ts';
import { firstRows } from './first-rows.ts';
import type { Report } from './report.ts';
import { optionValue, type ReportOption } from './report-option.ts';
import { readSpan } from './span.ts';
import { addUp, readUsageOfUsers } from './usage.ts';

const MONTHS = 12;
const figures = ['loads', 'last'] as const;

const of: ReportOption<string> = {
  name: 'of',
  hint: 'NAME',
  meaning: 'a package, or a module with its version; all users count where it is not given',
  fallback: '',
  read: (text) => text,
};

/** What the users of a package load, too: what most of them have first. */
export const companions: Report = {
  name: 'companions',
  summary: 'what the users of a package or module load, too',
  reading:
    'Most common users first. The share is of the users of --of; lift says how many times more common the package is ' +
    'among them than among all users. Whether both are loaded on the same day is told by the report together.',
  example: 'modtally report companions --of openfoam',
  months: MONTHS,
  options: [of],
  async run(store, request) {
    const sought = optionValue(request.options, of);
    const span = await readSpan(store, request, MONTHS);
    const uses = (await readUsageOfUsers(store, span.filter, figures)).map((use) => ({
      ...use,
      package: request.packageOf(use.module).package,
    }));
    const isSought = (use: (typeof uses)[number]): boolean =>
      sought === '' || use.package === sought || use.module === sought;
    const own = sought === '' ? null : uses.find(isSought)?.package;
    const users = new Set(uses.filter(isSought).map(({ user }) => user));
    const all = new Set(uses.map(({ user }) => user));
    const rows = [...groupBy(uses, (use) => use.package)].flatMap(([name, ofPackage]) => {
      if (name === own) return [];
      const common = ofPackage.filter(({ user }) => users.has(user));
      if (common.length === 0) return [];
      const { users: shared, loads, last } = addUp(common, figures);
      const everybody = new Set(ofPackage.map(({ user }) => user)).size;
      const lift = shared / users.size / (everybody / all.size);
      return [{ name, shared, share: shareOf(shared, users.size), lift, loads, last }];
    });
    rows.sort(
      (one, other) => other.shared - one.shared || other.lift - one.lift || compareNatural(one.name, other.name),
    );
    return {
      columns: [
        packageColumn,
        usersColumn,
        usersShareColumn,
        { key: 'lift', title: 'Lift', kind: 'number' },
        loadsColumn,
        lastDayColumn,
      ],
      rows: firstRows(rows, request.limit).map(({ name, shared, share, lift, loads, last }) => [
        name,
        shared,
        share,
        Math.round(lift * 100) / 100,
        loads,
        last,
      ]),
      notes: [...span.notes, ...(uses.length > 0 && users.size === 0 ? [`Nobody has loaded ${sought}.`] : [])],
    };
  },
};
