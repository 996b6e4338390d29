import { dayToIso, mondayOf } from '../core/calendar-day.ts';
import { compareText } from '../core/compare-text.ts';
import { groupBy } from '../core/group-by.ts';
import type { PackageRule } from '../core/module-name.ts';
import { compareNatural } from '../core/natural-order.ts';
import type { Column, ResultTable } from '../core/result-table.ts';
import { monthOfDay, type SiteZone } from '../core/site-zone.ts';
import type { UsageFilter } from '../core/usage-query.ts';
import type { Store } from '../store/store.ts';
import { loadsColumn, usersColumn } from './columns.ts';
import { type Each, eachColumns } from './each.ts';
import { firstRows } from './first-rows.ts';
import type { Report, ReportRequest } from './report.ts';
import { choiceOption, optionValue } from './report-option.ts';
import { readSpan, type Span } from './span.ts';
import { readUsage } from './usage.ts';

const MONTHS = 12;

const by = choiceOption('by', ['day', 'week', 'month'], 'the length of a period', 'month');
const each = choiceOption(
  'each',
  ['all', 'package', 'module', 'path'],
  'a row a period, or one a package, module, path',
);

const modules = choiceOption('modules', ['no', 'yes'], 'whether to count the modules of each period, too', 'no');

type Period = 'day' | 'week' | 'month';

/** Users and loads over time, periods without any included. */
export const trend: Report = {
  name: 'trend',
  summary: 'users and loads over time',
  reading:
    'A row for each day, week (named by its Monday) or month; also where there was nothing. The first and the last may ' +
    'be cut by the span. With --each package, module or path there is a row for each of these, and the users of all ' +
    'periods stand one after the other: on a terminal as blocks, each row by its own measure. With --modules yes, the ' +
    'number of distinct modules of each period is a column, too, where there is a row a period.',
  example: "modtally report trend --by week --module 'gcc/%' --each module",
  months: MONTHS,
  options: [by, each, modules],
  async run(store, request) {
    const period = optionValue(request.options, by);
    const kind = optionValue(request.options, each);
    const span = await readSpan(store, request, MONTHS);
    return kind === 'all' ? showPeriods(store, request, span, period) : showSeries(store, request, span, period, kind);
  },
};

async function showPeriods(
  store: Store,
  { limit, zone, options }: ReportRequest,
  span: Span,
  period: Period,
): Promise<ResultTable> {
  const modulesOf = optionValue(options, modules) === 'yes' ? await countModules(store, span.filter, period) : null;
  const groups = await store.select({ by: [period], measures: ['users', 'loads'], filter: span.filter });
  const found = new Map(groups.map((group) => [labelOf(group[period]), group]));
  const labels = groups.length === 0 ? [] : periodsOf(span, period, zone, found.keys());
  return {
    columns: [
      periodColumns[period],
      { ...usersColumn, isDrawn: true },
      { ...loadsColumn, isDrawn: true },
      ...(modulesOf === null ? [] : [{ ...modulesColumn, isDrawn: true }]),
    ],
    rows: firstRows(labels, limit).map((label) => [
      label,
      found.get(label)?.users ?? 0,
      found.get(label)?.loads ?? 0,
      ...(modulesOf === null ? [] : [modulesOf.get(label) ?? 0]),
    ]),
    notes: span.notes,
  };
}

/** The number of distinct modules in each period that has any. */
async function countModules(store: Store, filter: UsageFilter, period: Period): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const row of await store.select({ by: [period, 'module'], measures: [], filter })) {
    const label = labelOf(row[period]);
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return counts;
}

async function showSeries(
  store: Store,
  { limit, zone, packageOf }: ReportRequest,
  span: Span,
  period: Period,
  kind: Each,
): Promise<ResultTable> {
  const read = await readUsage(store, span.filter, { each: kind, packageOf, figures: ['loads'] });
  const usage = [...read].map(([name, figures]) => ({ name, ...figures }));
  usage.sort((one, other) => other.users - one.users || compareNatural(one.name, other.name));
  const series = await readSeries(store, span.filter, period, kind, packageOf);
  const labels =
    usage.length === 0
      ? []
      : periodsOf(
          span,
          period,
          zone,
          [...series.values()].flatMap((users) => [...users.keys()]),
        );
  const title = labels.length === 0 ? 'Users over time' : `Users from ${labels[0]} to ${labels.at(-1)}`;
  return {
    columns: [eachColumns[kind], usersColumn, loadsColumn, { key: 'users_series', title, kind: 'series' }],
    rows: firstRows(usage, limit).map(({ name, users, loads }) => [
      name,
      users,
      loads,
      labels.map((label) => series.get(name)?.get(label) ?? 0),
    ]),
    notes: span.notes,
  };
}

/** The number of users of each package, module or path in each period that has any. */
async function readSeries(
  store: Store,
  filter: UsageFilter,
  period: Period,
  kind: Each,
  packageOf: PackageRule,
): Promise<Map<string, Map<string, number>>> {
  if (kind !== 'package') {
    const rows = await store.select({ by: [kind, period], measures: ['users'], filter });
    const named = groupBy(rows, (row) => row[kind]);
    return new Map(
      [...named].map(([name, ofName]) => [name, new Map(ofName.map((row) => [labelOf(row[period]), row.users]))]),
    );
  }
  const rows = await store.select({ by: ['module', period, 'user'], measures: [], filter });
  const named = groupBy(rows, ({ module }) => packageOf(module).package);
  return new Map(
    [...named].map(([name, ofName]) => {
      const periods = groupBy(ofName, (row) => labelOf(row[period]));
      return [name, new Map([...periods].map(([label, uses]) => [label, new Set(uses.map(({ user }) => user)).size]))];
    }),
  );
}

const modulesColumn: Column = { key: 'modules', title: 'Modules', kind: 'number' };

const periodColumns: Readonly<Record<Period, Column>> = {
  day: { key: 'period', title: 'Day', kind: 'text' },
  week: { key: 'period', title: 'Week of', kind: 'text' },
  month: { key: 'period', title: 'Month', kind: 'text' },
};

/** Days and weeks are numbers in an answer, months are texts already. */
function labelOf(period: number | string): string {
  return typeof period === 'number' ? dayToIso(period) : period;
}

/**
 * All periods of a span, as far as the store reaches, and those that were found: a day that was counted in another
 * zone may lie just beyond.
 */
function periodsOf(span: Span, period: Period, zone: SiteZone, found: Iterable<string>): string[] {
  const labels = new Set(found);
  const { first, last } = span.extent ?? { first: Number.POSITIVE_INFINITY, last: 0 };
  const until = Math.min(span.lastDay, zone.dayOf(last));
  for (let day = zone.dayOf(Math.max(span.start, first)); day <= until; day++) {
    labels.add(period === 'month' ? monthOfDay(day) : dayToIso(period === 'week' ? mondayOf(day) : day));
  }
  return [...labels].sort(compareText);
}
