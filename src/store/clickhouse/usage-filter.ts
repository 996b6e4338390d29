import { clampToUint32, namesByColumn, type ResolvedFilter } from '../resolved-filter.ts';
import type { SqlValue, Statement } from './statement.ts';
import { inCountedUsage, type StoreState } from './store-state.ts';

/** What tells a tally from others. Rows of one tally that came with several imports add up. */
export const tallyKey = 'day, user, syshost, module, path';

const SECONDS_OF_DAY = 86_400;
/** A day of the site begins and ends less than a day before or after that of UTC. */
const EDGE_DAYS = 1;

/** The condition on names. */
export function compileNames(filter: ResolvedFilter): Statement {
  const conditions: string[] = [];
  const values: Record<string, SqlValue> = {};
  for (const { column, names } of namesByColumn(filter)) {
    if (names.length === 0) conditions.push('0');
    else {
      conditions.push(`${column} IN {${column}:Array(String)}`);
      values[column] = names;
    }
  }
  return { sql: allOf(conditions), values };
}

/** The days whose rows may lie in the filter's time range, and those of them that may lie there in part. */
export function daysOf({ start, end }: Pick<ResolvedFilter, 'start' | 'end'>): {
  readonly first: number | null;
  readonly last: number | null;
  readonly edges: readonly number[];
} {
  const dayOf = (seconds: number | null): number | null =>
    seconds === null ? null : Math.floor(clampToUint32(seconds) / SECONDS_OF_DAY);
  const [from, to] = [dayOf(start), dayOf(end)];
  const around = (day: number | null): number[] =>
    day === null ? [] : Array.from({ length: 2 * EDGE_DAYS + 1 }, (_, at) => day - EDGE_DAYS + at);
  return {
    first: from === null ? null : from - EDGE_DAYS,
    last: to === null ? null : to + EDGE_DAYS,
    edges: [...new Set([...around(from), ...around(to)])],
  };
}

/** The condition on days that lets through at least all rows of the filter's time range, and none of other days. */
export function compileDays(filter: Pick<ResolvedFilter, 'start' | 'end' | 'days'>): string {
  const { first, last } = daysOf(filter);
  return allOf([
    ...(first === null ? [] : [`day >= ${first}`]),
    ...(last === null ? [] : [`day <= ${last}`]),
    ...(filter.days === null ? [] : [`day >= ${filter.days[0]}`, `day < ${filter.days[1]}`]),
  ]);
}

/** The condition on a first load, of a row or of a tally that was added up. */
export function compileTime({ start, end }: ResolvedFilter, first = 'first'): string {
  return allOf([
    ...(start === null ? [] : [`${first} >= ${clampToUint32(start)}`]),
    ...(end === null ? [] : [`${first} < ${clampToUint32(end)}`]),
  ]);
}

/**
 * The condition that lets through the rows of a filter: loads by their own time, tallies by that of the first load of
 * all their rows. On days that lie in the range for sure that need not be looked up.
 * @param usageHere the table, where the statement runs: all rows of a tally are in one shard
 */
export function compileFilter(filter: ResolvedFilter, state: StoreState, usageHere: string): Statement {
  const names = compileNames(filter);
  const counted = inCountedUsage(state);
  const { edges } = daysOf(filter);
  if (edges.length === 0) return { ...names, sql: allOf([counted, names.sql, compileDays(filter)]) };
  const onEdge = `day IN (${edges.join(', ')})`;
  const ofEdges = `
    SELECT ${tallyKey} FROM ${usageHere}
    WHERE is_tally = 1 AND ${onEdge} AND ${allOf([counted, names.sql])}
    GROUP BY ${tallyKey} HAVING ${compileTime(filter, 'min(first)')}`;
  return {
    ...names,
    sql: allOf([
      counted,
      names.sql,
      compileDays(filter),
      `(is_tally = 0 AND ${compileTime(filter)} OR is_tally = 1 AND (NOT (${onEdge}) OR (${tallyKey}) IN (${ofEdges})))`,
    ]),
  };
}

export function allOf(conditions: readonly string[]): string {
  const told = conditions.filter((condition) => condition !== '1');
  return told.length === 0 ? '1' : told.join(' AND ');
}
