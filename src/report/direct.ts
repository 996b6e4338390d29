import { compareNatural } from '../core/natural-order.ts';
import { loadsColumn, usersColumn } from './columns.ts';
import { eachColumns, eachOption } from './each.ts';
import { firstRows } from './first-rows.ts';
import { hookAdvice } from './hook-advice.ts';
import type { Report } from './report.ts';
import { optionValue, percentOption } from './report-option.ts';
import { readSpan } from './span.ts';
import { readUsage } from './usage.ts';

const MONTHS = 12;

const each = eachOption('module');
const share = percentOption('share', 100, 'only what is asked for in at most this part of its loads');

/** What users ask for, and what comes along as a dependency: what is never asked for first. */
export const direct: Report = {
  name: 'direct',
  summary: 'what users ask for, and what only comes along as a dependency',
  reading:
    'What is asked for least comes first: where the share is 0, nobody would miss it in "module avail". The share is of ' +
    'the loads of which the log tells; loads of which it does not are in the number of loads alone.',
  example: 'modtally report direct --share 5',
  months: MONTHS,
  options: [each, share],
  async run(store, request) {
    const kind = optionValue(request.options, each);
    const span = await readSpan(store, request, MONTHS);
    const read = await readUsage(store, span.filter, {
      each: kind,
      packageOf: request.packageOf,
      figures: ['loads', 'direct', 'dependency'],
    });
    const usage = [...read].map(([name, figures]) => ({ name, ...figures }));
    const told = usage.filter((one) => one.direct + one.dependency > 0);
    const asked = told.map((one) => ({ ...one, share: one.direct / (one.direct + one.dependency) }));
    const shown = asked.filter((one) => one.share <= optionValue(request.options, share));
    shown.sort(
      (one, other) =>
        one.share - other.share || other.dependency - one.dependency || compareNatural(one.name, other.name),
    );
    return {
      columns: [
        eachColumns[kind],
        usersColumn,
        loadsColumn,
        { key: 'direct', title: 'Asked for', kind: 'number' },
        { key: 'dependency', title: 'Dependency', kind: 'number' },
        { key: 'direct_share', title: 'Share', kind: 'share' },
      ],
      rows: firstRows(shown, request.limit).map((one) => [
        one.name,
        one.users,
        one.loads,
        one.direct,
        one.dependency,
        one.share,
      ]),
      notes: [...span.notes, ...noteUntold(told.length, usage.length - told.length)],
    };
  },
};

function noteUntold(told: number, untold: number): string[] {
  if (untold === 0) return [];
  return told === 0
    ? [`No load here says whether a user asked for it. ${hookAdvice.direct}`]
    : [`Left out, since no load of theirs says whether a user asked for it: ${untold}. ${hookAdvice.direct}`];
}
