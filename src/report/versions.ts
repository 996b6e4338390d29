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
import { mergeUsage, readUsage } from './usage.ts';

const MONTHS = 12;

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
    const modules = await readUsage(store, span.filter, 'module', request.packageOf);
    const named = [...modules.values()].map((usage) => ({ ...request.packageOf(usage.name), usage }));
    const wanted = named.filter((each) => isWanted(each.package));
    const found = [...groupBy(wanted, (each) => each.package)].map(([name, ofPackage]) => ({
      name,
      total: mergeUsage(
        name,
        ofPackage.map(({ usage }) => usage),
      ),
      versions: [...groupBy(ofPackage, ({ version }) => version)]
        .map(([version, alike]) => ({
          version,
          ...mergeUsage(
            name,
            alike.map(({ usage }) => usage),
          ),
        }))
        .sort((one, other) => compareNatural(other.version, one.version)),
    }));
    found.sort((one, other) => other.total.users.size - one.total.users.size || compareNatural(one.name, other.name));
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
      rows: firstRows(
        found.flatMap(({ name, total, versions }) =>
          versions.map(({ version, users, loads, last }) => [
            name,
            version,
            users.size,
            shareOf(users.size, total.users.size),
            loads,
            shareOf(loads, total.loads),
            last,
          ]),
        ),
        request.limit,
      ),
      notes: span.notes,
    };
  },
};
