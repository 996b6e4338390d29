import type { Dimension } from '../../core/usage-query.ts';
import type { ResolvedFilter } from '../resolved-filter.ts';
import { daysOfMonth, type SummarisedMonth, splitMonths, type TimeFilter } from './months.ts';
import type { Tables } from './schema.ts';
import type { Month, StoreState } from './store-state.ts';
import { allOf, compileDays, compileFilter, compileNames } from './usage-filter.ts';

/** A part of what a question is about, rows of usage or those of summaries: together they tell of everything once. */
export interface Source {
  /** What a SELECT goes on with behind its columns: FROM and WHERE. */
  readonly sql: string;
  /** The number of a group's users of which no other source tells. */
  readonly users: string;
  /** The days of a group, as an array. */
  readonly days: string;
}

/** How rows of usage are counted where there are no others. */
export const countedInRows: Omit<Source, 'sql'> = { users: 'uniqExact(user)', days: 'groupUniqArray(day)' };

/** The columns by which questions are asked; a row of a summary has the first day of its month. */
export const dimensions: Readonly<Record<Dimension, string>> = {
  user: 'user',
  module: 'module',
  path: 'path',
  syshost: 'syshost',
  group: 'grp',
  day: 'day',
  // Day 0 was a Thursday.
  week: 'day - (day + 3) % 7',
  month: monthOf('day'),
};

/** By these a summary can be asked. */
const inSummaries: readonly Dimension[] = ['user', 'module', 'path', 'syshost', 'month'];

/**
 * Where the answer to a question is found. Summaries answer for the months that they are of, if the question asks for
 * no less than a month and its time lets all of the month through; for the usage that came to such a month later, and
 * for other months, the rows answer themselves. A user is in one shard with all his rows and summaries, so that who is
 * in a summary already is known there.
 * @returns also the values of the filter's names
 */
export function compileSources(
  by: readonly Dimension[],
  filter: ResolvedFilter,
  state: StoreState,
  tables: Tables,
): { readonly sources: readonly Source[]; readonly values: ReturnType<typeof compileNames>['values'] } {
  const names = compileNames(filter);
  const rows = compileFilter(filter, state, tables.usageHere);
  const { summarised, others } = splitMonths(state.months, filter);
  if (summarised.length === 0 || !by.every((dimension) => inSummaries.includes(dimension))) {
    return { sources: [{ sql: `FROM ${tables.usage} WHERE ${rows.sql}`, ...countedInRows }], values: rows.values };
  }
  const ofSummaries = allOf([isSummaryOf(summarised), names.sql]);
  const columns = [...new Set([...by.map((dimension) => dimensions[dimension]), 'user'])].join(', ');
  const isKnown = `(${columns}) IN (SELECT ${columns} FROM ${tables.summariesHere} WHERE ${ofSummaries})`;
  const missing = compileMissing(summarised, others);
  const sources: Source[] = [
    {
      sql: `FROM ${tables.summaries} WHERE ${ofSummaries}`,
      users: 'uniqExact(user)',
      days: 'groupUniqArrayArray(days)',
    },
  ];
  if (missing !== null) {
    sources.push({
      sql: `FROM ${tables.usage} WHERE ${allOf([missing, rows.sql])}`,
      ...countedInRows,
      users: `uniqExactIf(user, NOT (${isKnown}))`,
    });
  }
  return { sources, values: rows.values };
}

/** The names in a column, of all rows of a filter's time at least; the same may come more than once. */
export function compileNameList(
  column: string,
  filter: TimeFilter,
  state: StoreState,
  { usage, summaries }: Tables,
): string {
  const { summarised, others } = splitMonths(state.months, filter);
  const missing = summarised.length === 0 ? '1' : compileMissing(summarised, others);
  return [
    ...(summarised.length === 0 ? [] : [`FROM ${summaries} WHERE ${isSummaryOf(summarised)}`]),
    ...(missing === null ? [] : [`FROM ${usage} WHERE ${allOf([missing, compileDays(filter)])}`]),
  ]
    .map((source) => `SELECT DISTINCT ${column} ${source}`)
    .join(' UNION ALL ');
}

function isSummaryOf(months: readonly SummarisedMonth[]): string {
  const days = months.map(({ month }) => daysOfMonth(month)[0]);
  return `day IN (${days.join(', ')}) AND batch IN (${months.map(({ summary }) => summary.batch).join(', ')})`;
}

/** The condition on usage that lets through what is in none of the summaries; null where nothing is missing there. */
function compileMissing(summarised: readonly SummarisedMonth[], others: readonly Month[]): string | null {
  const grown = summarised.filter(({ later }) => later > 0);
  const months = [...others, ...grown].map(({ month }) => month).sort((one, other) => one - other);
  if (months.length === 0) return null;
  const spans: { from: number; until: number }[] = [];
  for (const [from, until] of months.map(daysOfMonth)) {
    const before = spans.at(-1);
    if (before?.until === from) before.until = until;
    else spans.push({ from, until });
  }
  return allOf([
    `(${spans.map(({ from, until }) => `day >= ${from} AND day < ${until}`).join(' OR ')})`,
    ...grown.map(({ month, summary }) => {
      const [from, until] = daysOfMonth(month);
      const except = summary.except.length === 0 ? '' : ` AND batch NOT IN (${summary.except.join(', ')})`;
      return `NOT (day >= ${from} AND day < ${until} AND batch <= ${summary.lastBatch}${except})`;
    }),
  ]);
}

/** A month's number, years times 12 plus months from 0 on, by the calendar of all times. */
function monthOf(day: string): string {
  const shifted = `(${day} + 719468)`;
  const dayOfEra = `(${shifted} % 146097)`;
  const yearOfEra = `intDiv(${dayOfEra} - intDiv(${dayOfEra}, 1460) + intDiv(${dayOfEra}, 36524) - intDiv(${dayOfEra}, 146096), 365)`;
  const dayOfYear = `(${dayOfEra} - (365 * ${yearOfEra} + intDiv(${yearOfEra}, 4) - intDiv(${yearOfEra}, 100)))`;
  // Years begin in March here, so that the day of a leap year is their last.
  return `(intDiv(${shifted}, 146097) * 400 + ${yearOfEra}) * 12 + intDiv(5 * ${dayOfYear} + 2, 153) + 2`;
}
