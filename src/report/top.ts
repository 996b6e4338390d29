import { compareNatural } from '../core/natural-order.ts';
import { shareOf } from '../core/share.ts';
import { loadsColumn, loadsShareColumn, usersColumn, usersShareColumn } from './columns.ts';
import { eachColumns, eachOption } from './each.ts';
import { firstRows } from './first-rows.ts';
import type { Report } from './report.ts';
import { choiceOption, optionValue } from './report-option.ts';
import { readSpan } from './span.ts';
import { readUsage } from './usage.ts';

const MONTHS = 12;
const ROWS = 20;

const each = eachOption('package');
const by = choiceOption('by', ['users', 'loads'], 'what they are ranked by');

/** The most used packages, with their share of all users and loads. */
export const top: Report = {
  name: 'top',
  summary: 'the most used, with their share of all users and loads',
  reading:
    `The first ${ROWS}, unless --limit says otherwise. Shares are of all users and of all loads that the filters let ` +
    'through; the last line of a table is all of them, also those that are not shown.',
  example: 'modtally report top --limit 10 --start 2024-01-01 --end 2025-01-01',
  months: MONTHS,
  options: [each, by],
  async run(store, request) {
    const kind = optionValue(request.options, each);
    const isByUsers = optionValue(request.options, by) === 'users';
    const span = await readSpan(store, request, MONTHS);
    const read = await readUsage(store, span.filter, {
      each: kind,
      packageOf: request.packageOf,
      figures: ['loads'],
    });
    const usage = [...read].map(([name, figures]) => ({ name, ...figures }));
    const [all] = await store.select({ by: [], measures: ['users', 'loads'], filter: span.filter });
    usage.sort((one, other) => {
      const [users, loads] = [other.users - one.users, other.loads - one.loads];
      return (isByUsers ? users || loads : loads || users) || compareNatural(one.name, other.name);
    });
    return {
      columns: [
        { key: 'rank', title: 'Rank', kind: 'number' },
        eachColumns[kind],
        usersColumn,
        usersShareColumn,
        loadsColumn,
        loadsShareColumn,
      ],
      rows: firstRows(usage, request.limit ?? ROWS).map(({ name, users, loads }, index) => [
        index + 1,
        name,
        users,
        shareOf(users, all?.users ?? 0),
        loads,
        shareOf(loads, all?.loads ?? 0),
      ]),
      footer: [usage.length, `all ${kind}s`, all?.users ?? 0, null, all?.loads ?? 0, null],
      notes: span.notes,
    };
  },
};
