import { dayToIso } from '../core/calendar-day.ts';
import { compareNatural } from '../core/natural-order.ts';
import { loadsColumn, usersColumn } from './columns.ts';
import { eachColumns, eachOption } from './each.ts';
import { firstRows } from './first-rows.ts';
import type { Report } from './report.ts';
import { optionValue } from './report-option.ts';
import { readSpan } from './span.ts';
import { noteBeginning, startOfSpanBefore } from './span-before.ts';
import { readUsage } from './usage.ts';

const MONTHS = 3;

const each = eachOption('module');

/** What has changed since the span before: the greatest change in users first. */
export const movers: Report = {
  name: 'movers',
  summary: 'what is new, rising, falling or gone since the span before',
  reading:
    'The greatest change in users first, up or down. The span before ends where this one begins: before whole months ' +
    'lie as many months, before anything else as many days. New is what had no load then, gone what has none now; what ' +
    'has as many users as before is left out.',
  example: 'modtally report movers --each package --start 2025-01-01 --end 2025-04-01',
  months: MONTHS,
  options: [each],
  async run(store, request) {
    const { zone, packageOf } = request;
    const kind = optionValue(request.options, each);
    const span = await readSpan(store, request, MONTHS);
    const before = { start: startOfSpanBefore(span.start, span.end, zone), end: span.start };
    const what = { each: kind, packageOf, figures: ['loads'] } as const;
    const now = await readUsage(store, span.filter, what);
    const then = await readUsage(store, { ...span.filter, ...before }, what);
    const changes = [...new Set([...now.keys(), ...then.keys()])].map((name) => {
      const [users, usersBefore] = [now.get(name)?.users ?? 0, then.get(name)?.users ?? 0];
      const [loads, loadsBefore] = [now.get(name)?.loads ?? 0, then.get(name)?.loads ?? 0];
      return { name, users, usersBefore, change: users - usersBefore, loads, loadsBefore };
    });
    const moved = changes.filter(({ change }) => change !== 0);
    moved.sort(
      (one, other) =>
        Math.abs(other.change) - Math.abs(one.change) ||
        Math.abs(other.loads - other.loadsBefore) - Math.abs(one.loads - one.loadsBefore) ||
        compareNatural(one.name, other.name),
    );
    return {
      columns: [
        eachColumns[kind],
        { key: 'change', title: 'Change', kind: 'text' },
        { key: 'users_before', title: 'Users before', kind: 'number' },
        { ...usersColumn, title: 'Now' },
        { key: 'users_change', title: 'More', kind: 'number' },
        { key: 'loads_before', title: 'Loads before', kind: 'number' },
        { ...loadsColumn, title: 'Now' },
      ],
      rows: firstRows(moved, request.limit).map(({ name, users, usersBefore, change, loads, loadsBefore }) => [
        name,
        nameChange(usersBefore, users),
        usersBefore,
        users,
        change,
        loadsBefore,
        loads,
      ]),
      notes: [
        ...span.notes,
        `Compared with ${dayToIso(zone.dayOf(before.start))} to ${dayToIso(zone.dayOf(before.end - 1))}.`,
        ...noteBeginning(span, before.start, zone),
      ],
    };
  },
};

function nameChange(before: number, now: number): string {
  if (before === 0) return 'new';
  if (now === 0) return 'gone';
  return now > before ? 'rising' : 'falling';
}
