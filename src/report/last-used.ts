import { compareNatural } from '../core/natural-order.ts';
import { lastDayColumn, loadsColumn, usersColumn } from './columns.ts';
import { eachColumns, eachOption } from './each.ts';
import { firstRows } from './first-rows.ts';
import { idleDays, idleDaysColumn } from './idle-days.ts';
import type { Report } from './report.ts';
import { optionValue } from './report-option.ts';
import { readSpan } from './span.ts';
import { readUsage } from './usage.ts';

const each = eachOption('module');

/** The last load of each module: the longest idle first. */
export const lastUsed: Report = {
  name: 'last-used',
  summary: 'when each module was last loaded',
  reading:
    'The longest idle come first. Idle days lead up to the newest day in the store, or to --end. A module that nobody ' +
    'has ever loaded is not in the log, and so not here.',
  example: 'modtally report last-used --each package --syshost ls6',
  options: [each],
  async run(store, request) {
    const kind = optionValue(request.options, each);
    const span = await readSpan(store, request);
    const read = await readUsage(store, span.filter, {
      each: kind,
      packageOf: request.packageOf,
      figures: ['loads', 'last'],
    });
    const usage = [...read].map(([name, figures]) => ({ name, ...figures }));
    usage.sort((one, other) => one.last - other.last || compareNatural(one.name, other.name));
    return {
      columns: [eachColumns[kind], lastDayColumn, idleDaysColumn, usersColumn, loadsColumn],
      rows: firstRows(usage, request.limit).map(({ name, last, users, loads }) => [
        name,
        last,
        idleDays(last, span, request.zone),
        users,
        loads,
      ]),
      notes: span.notes,
    };
  },
};
