import { dayMonthsBefore, dayToIso } from '../core/calendar-day.ts';
import { compareText } from '../core/compare-text.ts';
import { groupBy } from '../core/group-by.ts';
import { compareNatural } from '../core/natural-order.ts';
import { startOfDay } from '../core/site-zone.ts';
import { lastDayColumn, usersColumn } from './columns.ts';
import { eachColumns } from './each.ts';
import { firstRows } from './first-rows.ts';
import { idleDays, idleDaysColumn } from './idle-days.ts';
import type { Report } from './report.ts';
import { choiceOption, monthsOption, numberOption, optionValue } from './report-option.ts';
import { readSpan } from './span.ts';

const each = choiceOption('each', ['module', 'path'], 'what a row is');
const users = numberOption('users', 'N', 5, 'users that a module may have had at the most');
const idle = monthsOption('idle', 6, 'months for which nobody has loaded it');

/** Modules that few have used and nobody for long: fewest users first, then the longest idle. */
export const retire: Report = {
  name: 'retire',
  summary: 'which modules can go: few users, and idle for long',
  reading:
    'Fewest users first, then the longest idle. Moved on is how many of the users have loaded another module of the ' +
    'same package since. The users that are named are those to ask; with --start, only users from then on count.',
  example: 'modtally report retire --users 3 --idle 12',
  options: [each, users, idle],
  async run(store, request) {
    const kind = optionValue(request.options, each);
    const mostUsers = optionValue(request.options, users);
    const months = optionValue(request.options, idle);
    const span = await readSpan(store, request);
    const uses = await store.select({ by: ['module', 'path', 'user'], measures: ['last'], filter: span.filter });
    const packageUser = ({ module, user }: (typeof uses)[number]): string =>
      JSON.stringify([request.packageOf(module).package, user]);
    const lastOfPackage = new Map<string, number>();
    for (const use of uses) {
      const key = packageUser(use);
      lastOfPackage.set(key, Math.max(use.last, lastOfPackage.get(key) ?? 0));
    }
    const idleSince = startOfDay(request.zone, dayMonthsBefore(span.lastDay + 1, months));
    const candidates = [...groupBy(uses, (use) => use[kind])].flatMap(([name, ofModule]) => {
      const last = ofModule.reduce((latest, use) => Math.max(latest, use.last), 0);
      const ofUser = groupBy(ofModule, ({ user }) => user);
      if (last >= idleSince || ofUser.size > mostUsers) return [];
      const movedOn = [...ofUser.values()].filter((own) =>
        own.every((use) => use.last < (lastOfPackage.get(packageUser(use)) ?? 0)),
      );
      return [{ name, last, names: [...ofUser.keys()].sort(compareText), movedOn: movedOn.length }];
    });
    candidates.sort(
      (one, other) =>
        one.names.length - other.names.length || one.last - other.last || compareNatural(one.name, other.name),
    );
    const beginning =
      span.extent === null || span.extent.first < idleSince ? null : request.zone.dayOf(span.extent.first);
    return {
      columns: [
        eachColumns[kind],
        usersColumn,
        { key: 'moved_on', title: 'Moved on', kind: 'number' },
        lastDayColumn,
        idleDaysColumn,
        { key: 'user_names', title: 'User names', kind: 'list' },
      ],
      rows: firstRows(candidates, request.limit).map(({ name, last, names, movedOn }) => [
        name,
        names.length,
        movedOn,
        last,
        idleDays(last, span, request.zone),
        names,
      ]),
      notes: [
        ...span.notes,
        ...(beginning === null
          ? []
          : [`The store begins on ${dayToIso(beginning)}: nothing in it can be idle for ${months} months yet.`]),
      ],
    };
  },
};
