import { dayToIso } from '../../core/calendar-day.ts';
import type { SiteZone } from '../../core/site-zone.ts';
import type { Dimension, Measure, UsageQuery } from '../../core/usage-query.ts';
import type { SqlValue } from '../../mysql/mysql-connection.ts';
import { namesByColumn, type ResolvedFilter } from '../resolved-filter.ts';

/** SQL and the values of its question marks. */
export interface Statement {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/**
 * A column of names byte by byte: Lmod's collation takes R for r and é for e, which would make one module or one
 * user out of two.
 */
export function exactText(column: string): string {
  return `CAST(CONVERT(${column} USING utf8mb4) AS BINARY)`;
}

/** TO_DAYS('1970-01-01') */
const DAYS_BEFORE_1970 = 719_528;

/** A row's day, as a day number. */
export function dayColumn(isOurs: boolean): string {
  const local = `TO_DAYS(date) - ${DAYS_BEFORE_1970}`;
  return isOurs ? `COALESCE(tally_day, ${local})` : local;
}

/** How a moduleT is asked, with modtally's columns or as Lmod made it. */
function expressions(isOurs: boolean): {
  dimensions: Readonly<Record<Dimension, string>>;
  measures: Readonly<Record<Measure, readonly string[]>>;
} {
  const day = dayColumn(isOurs);
  const countOf = (column: string, otherwise: string): string => (isOurs ? `SUM(${column})` : otherwise);
  return {
    dimensions: {
      user: exactText('user'),
      module: exactText('module'),
      path: exactText('path'),
      syshost: exactText('syshost'),
      group: isOurs ? exactText('group_name') : 'NULL',
      day,
      // Day 0 was a Thursday.
      week: `${day} - MOD(${day} + 3, 7)`,
      month: `DATE_FORMAT(FROM_DAYS(${day} + ${DAYS_BEFORE_1970}), '%Y-%m')`,
    },
    // The first and last load come as an instant of modtally's rows and a local time of Lmod's.
    measures: {
      users: [`COUNT(DISTINCT ${exactText('user')})`],
      loads: [countOf('loads', 'COUNT(*)')],
      direct: [countOf('direct_loads', '0')],
      dependency: [countOf('dependency_loads', '0')],
      jobs: [countOf('job_loads', '0')],
      first: isOurs ? ['MIN(first_time)', 'MIN(IF(first_time IS NULL, date, NULL))'] : ['NULL', 'MIN(date)'],
      last: isOurs ? ['MAX(last_time)', 'MAX(IF(first_time IS NULL, date, NULL))'] : ['NULL', 'MAX(date)'],
      syshosts: [`GROUP_CONCAT(DISTINCT ${exactText('syshost')} SEPARATOR '\\0')`],
      modules: [`GROUP_CONCAT(DISTINCT ${exactText('module')} SEPARATOR '\\0')`],
      days: [`COUNT(DISTINCT ${day})`],
    },
  };
}

/** The SQL of a question; `readRow` makes a group of each row it gives. */
export function compileQuery(
  query: UsageQuery,
  filter: ResolvedFilter,
  isOurs: boolean,
  zone: SiteZone,
): Statement & { readRow(row: readonly unknown[]): Record<string, unknown> } {
  const { dimensions, measures } = expressions(isOurs);
  const keys = query.by.map((name) => dimensions[name]);
  const columns = [...keys, ...query.measures.flatMap((name) => measures[name])];
  const where = compileFilter(filter, isOurs, zone);
  const grouping = keys.length > 0 ? `GROUP BY ${keys.map((_, index) => index + 1).join(', ')}` : 'HAVING COUNT(*) > 0';
  return {
    sql: `SELECT ${columns.join(', ')} FROM moduleT ${where.sql} ${grouping} ORDER BY NULL`,
    values: where.values,
    readRow(row) {
      const group: Record<string, unknown> = {};
      let at = 0;
      for (const name of query.by) group[name] = readDimension(name, row[at++]);
      for (const name of query.measures) {
        const cells = row.slice(at, at + measures[name].length);
        at += cells.length;
        group[name] = readMeasure(name, cells, zone);
      }
      return group;
    },
  };
}

/** A WHERE clause on moduleT; empty where everything is let through. */
export function compileFilter(filter: ResolvedFilter, isOurs: boolean, zone: SiteZone): Statement {
  const conditions: string[] = [];
  const values: SqlValue[] = [];
  const bound = (comparison: string, seconds: number): void => {
    const local = zone.toDateTime(seconds);
    if (isOurs) {
      conditions.push(`IF(first_time IS NULL, date ${comparison} ?, first_time ${comparison} ?)`);
      values.push(local, Math.ceil(seconds));
    } else {
      conditions.push(`date ${comparison} ?`);
      values.push(local);
    }
  };
  if (filter.start !== null) bound('>=', filter.start);
  if (filter.end !== null) bound('<', filter.end);
  if (filter.days !== null) {
    const dates = filter.days.map(dayToIso);
    // In this form the index on the days is of use.
    conditions.push(
      isOurs
        ? '(tally_day >= ? AND tally_day < ? OR tally_day IS NULL AND date >= ? AND date < ?)'
        : 'date >= ? AND date < ?',
    );
    values.push(...(isOurs ? filter.days : []), ...dates);
  }
  for (const { column, names } of namesByColumn(filter)) {
    if (names.length === 0) conditions.push('FALSE');
    else {
      conditions.push(`${exactText(column)} IN (${names.map(() => 'CAST(? AS BINARY)').join(', ')})`);
      values.push(...names);
    }
  }
  return { sql: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`, values };
}

/** A text as `exactText` gives it. */
export function readText(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : String(value);
}

function readDimension(name: Dimension, value: unknown): string | number | null {
  if (value === null) return null;
  return name === 'day' || name === 'week' ? Number(value) : readText(value);
}

function readMeasure(name: Measure, cells: readonly unknown[], zone: SiteZone): unknown {
  const [value, local] = cells;
  switch (name) {
    case 'first':
    case 'last': {
      const instants = [
        value === null ? null : Number(value),
        local === null ? null : instantOfDateTime(String(local), zone),
      ];
      const known = instants.filter((instant) => instant !== null);
      return name === 'first' ? Math.min(...known) : Math.max(...known);
    }
    case 'syshosts':
    case 'modules':
      return value === null ? [] : readText(value).split('\0');
    default:
      return Number(value);
  }
}

/** The instant of a DATETIME, which is local time. */
export function instantOfDateTime(text: string, zone: SiteZone): number {
  const [year, month, dayOfMonth, hour, minute, second] = text.split(/[- :.]/).map(Number);
  const day = Math.floor(Date.UTC(year ?? 0, (month ?? 1) - 1, dayOfMonth ?? 1) / 86_400_000);
  return zone.instantOf({ day, secondOfDay: (hour ?? 0) * 3600 + (minute ?? 0) * 60 + (second ?? 0) });
}
