import { dayToIso } from '../core/calendar-day.ts';
import type { UsageFilter } from '../core/usage-query.ts';
import type { Store } from '../store/store.ts';
import { loadsColumn, usersColumn } from './columns.ts';
import type { Report, ReportRequest } from './report.ts';
import { readSpan, type Span } from './span.ts';
import { noteBeginning, startOfSpanBefore } from './span-before.ts';

const MONTHS = 12;

/** The whole in a few numbers, and what they were in the span before. */
export const figures: Report = {
  name: 'figures',
  summary: 'the whole in a few numbers, and what they were before',
  reading:
    'One row for the span and one for that before it, which ends where this one begins: before whole months lie as ' +
    'many months, before anything else as many days.',
  example: 'modtally report figures --syshost ls6 --start 2025-01-01',
  months: MONTHS,
  async run(store, request) {
    const { zone } = request;
    const span = await readSpan(store, request, MONTHS);
    const { now, before, start } = await readFigures(store, request, span);
    const from = (seconds: number): string => dayToIso(zone.dayOf(seconds));
    return {
      columns: [
        { key: 'span', title: 'Span', kind: 'text' },
        usersColumn,
        loadsColumn,
        { key: 'packages', title: 'Packages', kind: 'number' },
        { key: 'modules', title: 'Modules', kind: 'number' },
        { key: 'clusters', title: 'Clusters', kind: 'number' },
        { key: 'days', title: 'Days with loads', kind: 'number' },
      ],
      rows:
        span.extent === null
          ? []
          : [
              [`${from(span.start)} to ${dayToIso(span.lastDay)}`, ...now],
              [`${from(start)} to ${from(span.start - 1)}`, ...before],
            ],
      notes: [...span.notes, ...noteBeginning(span, start, zone)],
    };
  },
};

/**
 * Users, loads, packages, modules, clusters and days with loads: in a span, and in the one before it.
 * @returns also where that one begins, seconds since 1970 UTC
 */
export async function readFigures(
  store: Store,
  { zone, packageOf }: Pick<ReportRequest, 'zone' | 'packageOf'>,
  span: Span,
): Promise<{ readonly now: readonly number[]; readonly before: readonly number[]; readonly start: number }> {
  const read = async (filter: UsageFilter): Promise<readonly number[]> => {
    const measures = ['users', 'loads', 'modules', 'syshosts', 'days'] as const;
    const [all] = await store.select({ by: [], measures, filter });
    if (all === undefined) return [0, 0, 0, 0, 0, 0];
    const packages = new Set(all.modules.map((module) => packageOf(module).package));
    return [all.users, all.loads, packages.size, all.modules.length, all.syshosts.length, all.days];
  };
  const start = startOfSpanBefore(span.start, span.end, zone);
  const now = await read(span.filter);
  return { now, before: await read({ ...span.filter, start, end: span.start }), start };
}
