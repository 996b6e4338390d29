import { groupBy } from '../core/group-by.ts';
import { compileLike } from '../core/like-pattern.ts';
import { compareNatural } from '../core/natural-order.ts';
import { shareOf } from '../core/share.ts';
import {
  lastDayColumn,
  loadsColumn,
  loadsShareColumn,
  packageColumn,
  usersColumn,
  usersShareColumn,
  versionColumn,
} from './columns.ts';
import { firstRows } from './first-rows.ts';
import type { Report } from './report.ts';
import { optionValue, type ReportOption } from './report-option.ts';
import { readSpan } from './span.ts';
import { addUp, readUsageOfUsers } from './usage.ts';

const MONTHS = 12;

const figures = ['loads', 'last'] as const;

const packages: ReportOption<string> = {
  name: 'package',
  hint: 'PATTERN',
  meaning: 'only packages that match this SQL LIKE pattern',
  fallback: '%',
  read: (text) => text,
};

/** The versions of each package: packages with most users first, of each the newest version first. */
export const versions: Report = {
  name: 'versions',
  summary: 'how the use of a package is spread over its versions',
  reading:
    'Packages with most users first, the newest version of each on top. Shares are of the users and of the loads of the ' +
    'package; as one user may have several versions, shares of users add up to more than all. Package and version are ' +
    'read from the name of the module, by the setting module_names.',
  example: 'modtally report versions --package gcc --start 2025-01-01',
  months: MONTHS,
  options: [packages],
  async run(store, request) {
    const isWanted = compileLike(optionValue(request.options, packages));
    const span = await readSpan(store, request, MONTHS);
    const uses = await readUsageOfUsers(store, span.filter, figures);
    const found = [...groupBy(uses, ({ module }) => request.packageOf(module).package)]
      .filter(([name]) => isWanted(name))
      .map(([name, ofPackage]) => ({ name, ofPackage, whole: addUp(ofPackage, figures) }));
    found.sort((one, other) => other.whole.users - one.whole.users || compareNatural(one.name, other.name));
    const rows = found.flatMap(({ name, ofPackage, whole }) =>
      [...groupBy(ofPackage, ({ module }) => request.packageOf(module).version)]
        .sort(([one], [other]) => compareNatural(other, one))
        .map(([version, alike]) => {
          const { users, loads, last } = addUp(alike, figures);
          return [name, version, users, shareOf(users, whole.users), loads, shareOf(loads, whole.loads), last];
        }),
    );
    return {
      columns: [
        packageColumn,
        versionColumn,
        usersColumn,
        usersShareColumn,
        loadsColumn,
        loadsShareColumn,
        lastDayColumn,
      ],
      rows: firstRows(rows, request.limit),
      notes: span.notes,
    };
  },
};
