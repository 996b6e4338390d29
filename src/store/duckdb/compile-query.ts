import { compareText } from '../../core/compare-text.ts';
import type { Dimension, Measure, UsageQuery } from '../../core/usage-query.ts';
import { clampToUint32, type ResolvedFilter } from '../resolved-filter.ts';

/** A filter, and where its rows may be. */
export interface RowFilter extends ResolvedFilter {
  /** The tables that have rows. */
  readonly rowTables: readonly RowTable[];
}

/** What an import in either mode adds to. */
export const rowTables = ['tallies', 'loads'] as const;
export type RowTable = (typeof rowTables)[number];

/** SQL, and the bits of the largest key by which DuckDB may group without hashing. */
export interface CompiledQuery {
  readonly sql: string;
  readonly groupBits: number;
}

/** DuckDB's own setting. */
const USUAL_GROUP_BITS = 12;
/**
 * Room for four million uses. Ten million rows are grouped by use four times as fast as by hashing; with more bits,
 * the memory for each thread would be felt.
 */
export const USE_GROUP_BITS = 22;

/** A modulefile of the group, which all have the name that is asked for. */
const ANY_MODULEFILE = 'any_value(m.id)';

/** What a group is made by, and how it is shown: a name by the number of a row that has it, see `nameTables`. */
const dimensions: Readonly<Record<Dimension, { readonly key: string; readonly shown: string }>> = {
  user: { key: 't.user_id', shown: 't.user_id' },
  module: { key: 'm.module', shown: ANY_MODULEFILE },
  path: { key: 'm.path_id', shown: ANY_MODULEFILE },
  syshost: { key: 'm.syshost', shown: ANY_MODULEFILE },
  group: { key: 't.grp', shown: 't.grp' },
  day: { key: 't.day', shown: 't.day' },
  // Day 0 was a Thursday.
  week: { key: 'week', shown: 't.day - (t.day + 3) % 7 AS week' },
  month: { key: 'month', shown: "strftime(DATE '1970-01-01' + t.day, '%Y-%m') AS month" },
};

/** The names that an answer tells by numbers: each is read once, and not a million times. */
export const nameTables: Readonly<Partial<Record<Dimension | Measure, string>>> = {
  user: 'SELECT id, name FROM store.users',
  module: 'SELECT id, module FROM store.modulefiles',
  path: 'SELECT id, path FROM store.modulefiles',
  syshost: 'SELECT id, syshost FROM store.modulefiles',
};

/** Names as one text: DuckDB's driver is slow to hand over lists. No name holds NUL. */
const listOf = (column: string): string => `string_agg(DISTINCT ${column}, chr(0))`;

const measures: Readonly<Record<Measure, string>> = {
  users: 'count(DISTINCT t.user_id)::DOUBLE',
  loads: 'sum(t.loads)::DOUBLE',
  direct: 'sum(t.direct)::DOUBLE',
  dependency: 'sum(t.dependency)::DOUBLE',
  jobs: 'sum(t.jobs)::DOUBLE',
  first: 'min(t.first)::DOUBLE',
  last: 'max(t.last)::DOUBLE',
  syshosts: listOf('m.syshost'),
  modules: listOf('m.module'),
  days: 'count(DISTINCT t.day)::DOUBLE',
};

/** What only the rows know, and the totals of a use do not. */
const ofRows: ReadonlySet<Dimension | Measure> = new Set(['day', 'week', 'month', 'group', 'days']);

/**
 * The SQL of a question; its columns are the dimensions, then the measures, in their order.
 * @param isOfAllTime whether the filter's time range lets every row through
 */
export function compileQuery(query: UsageQuery, filter: RowFilter, isOfAllTime: boolean): CompiledQuery {
  const columns = [...query.by.map((name) => dimensions[name].shown), ...query.measures.map((name) => measures[name])];
  const keys = query.by.map((name) => dimensions[name].key);
  const usage = compileUsage(query, filter, isOfAllTime);
  return {
    ...usage,
    sql: `
      SELECT ${columns.join(', ')}
      FROM (${usage.sql}) t
      JOIN store.modulefiles m ON m.id = t.modulefile_id
      ${keys.length > 0 ? `GROUP BY ${keys.join(', ')}` : 'HAVING count(*) > 0'}`,
  };
}

/** Several names as the SQL of `compileQuery` gives them. */
export function readNames(text: unknown): string[] {
  return String(text).split('\0').sort(compareText);
}

/** The usage a question is about: with the fewest rows that answer it. */
function compileUsage({ by, measures }: UsageQuery, filter: RowFilter, isOfAllTime: boolean): CompiledQuery {
  const needsRows = [...by, ...measures].some((name) => ofRows.has(name));
  const uses = `SELECT * FROM store.uses ${whereAll(compileNames(filter))}`;
  if (isOfAllTime && !needsRows) return { sql: uses, groupBits: USUAL_GROUP_BITS };
  const inTime = whereAll(compileTime(filter));
  if (needsRows || compileNames(filter).length > 0) {
    return {
      sql: `
        SELECT uses.user_id, uses.modulefile_id, r.* EXCLUDE use_id
        FROM (${rowsOfUse(filter.rowTables, inTime)}) r JOIN (${uses}) uses ON uses.id = r.use_id`,
      groupBits: USUAL_GROUP_BITS,
    };
  }
  return {
    sql: `
      SELECT uses.user_id, uses.modulefile_id, r.* EXCLUDE use_id
      FROM (${totalsOfUse(filter.rowTables, inTime)}) r JOIN store.uses ON uses.id = r.use_id`,
    groupBits: USE_GROUP_BITS,
  };
}

/** Tallies and loads. */
function rowsOfUse(tables: readonly RowTable[], where: string): string {
  return unionOfRows(tables, 'use_id, day, first, first + span AS last, loads, direct, dependency, jobs, grp', where);
}

/**
 * Columns of the tables that have rows. One that has none would not be harmless: of a union, DuckDB does not know the
 * range of numbers, and groups and joins in a third of the speed.
 */
export function unionOfRows(tables: readonly RowTable[], columns: string, where: string): string {
  const asked = tables.length === 0 ? rowTables : tables;
  return asked.map((table) => `SELECT ${columns} FROM store.${table} ${where}`).join(' UNION ALL ');
}

/** What the tallies and loads of each use come to. */
function totalsOfUse(tables: readonly RowTable[], where: string): string {
  return `
    SELECT use_id, min(first) AS first, max(last) AS last, sum(loads) AS loads, sum(direct) AS direct,
           sum(dependency) AS dependency, sum(jobs) AS jobs
    FROM (${rowsOfUse(tables, where)}) GROUP BY use_id`;
}

/**
 * A WHERE clause for tallies or loads; empty where everything is let through.
 * @param more conditions that the filter does not know
 */
export function compileFilter(filter: RowFilter, more: readonly string[] = []): string {
  const names = compileNames(filter);
  const ofUses = names.length === 0 ? [] : [`use_id IN (SELECT id FROM store.uses ${whereAll(names)})`];
  return whereAll([...compileTime(filter), ...ofUses, ...more]);
}

/** What is asked of a row's first load, and of its day. */
function compileTime({ start, end, days }: RowFilter): string[] {
  const conditions: string[] = [];
  if (start !== null) conditions.push(`first >= ${clampToUint32(start)}`);
  if (end !== null) conditions.push(`first < ${clampToUint32(end)}`);
  if (days !== null) conditions.push(`day >= ${days[0]} AND day < ${days[1]}`);
  return conditions;
}

/** What is asked of a use. */
function compileNames({ users, modules, paths, syshosts }: RowFilter): string[] {
  const conditions: string[] = [];
  if (users !== null) conditions.push(`user_id IN (SELECT id FROM store.users WHERE ${isAmong('name', users)})`);
  const ofModulefile = [
    ...(modules === null ? [] : [isAmong('module', modules)]),
    ...(paths === null ? [] : [isAmong('path', paths)]),
    ...(syshosts === null ? [] : [isAmong('syshost', syshosts)]),
  ];
  if (ofModulefile.length > 0) {
    conditions.push(`modulefile_id IN (SELECT id FROM store.modulefiles ${whereAll(ofModulefile)})`);
  }
  return conditions;
}

/** Names go as one text: thousands of expressions would take DuckDB longer to plan than the answer takes. */
function isAmong(column: string, names: readonly string[]): string {
  return `${column} IN (SELECT unnest('${JSON.stringify(names).replaceAll("'", "''")}'::JSON::VARCHAR[]))`;
}

function whereAll(conditions: readonly string[]): string {
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}
