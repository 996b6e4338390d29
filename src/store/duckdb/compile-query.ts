import type { Dimension, Measure, UsageQuery } from '../../core/usage-query.ts';

/** The numbers of names that a filter lets through; null lets all through. */
export interface ResolvedFilter {
  readonly userIds: readonly number[] | null;
  readonly modulefileIds: readonly number[] | null;
  readonly start: number | null;
  readonly end: number | null;
}

/** What a group is made by, and how it is shown. */
const dimensions: Readonly<Record<Dimension, { readonly key: string; readonly shown: string }>> = {
  user: { key: 't.user_id', shown: 'any_value(u.name)' },
  module: { key: 'm.module', shown: 'm.module' },
  path: { key: 'm.path_id', shown: 'any_value(m.path)' },
  syshost: { key: 'm.syshost', shown: 'm.syshost' },
  group: { key: 't.grp', shown: 't.grp' },
  day: { key: 't.day', shown: 't.day' },
  month: { key: 'month', shown: "strftime(DATE '1970-01-01' + t.day, '%Y-%m') AS month" },
};

const measures: Readonly<Record<Measure, string>> = {
  users: 'count(DISTINCT t.user_id)::DOUBLE',
  loads: 'sum(t.loads)::DOUBLE',
  direct: 'sum(t.direct)::DOUBLE',
  dependency: 'sum(t.dependency)::DOUBLE',
  jobs: 'sum(t.jobs)::DOUBLE',
  first: 'min(t.first)::DOUBLE',
  last: 'max(t.first + t.span)::DOUBLE',
  syshosts: 'list(DISTINCT m.syshost)',
  modules: 'list(DISTINCT m.module)',
  days: 'count(DISTINCT t.day)::DOUBLE',
};

/** The SQL of a question; its columns are the dimensions, then the measures, in their order. */
export function compileQuery(query: UsageQuery, filter: ResolvedFilter): string {
  const where = compileFilter(filter);
  const columns = [...query.by.map((name) => dimensions[name].shown), ...query.measures.map((name) => measures[name])];
  const keys = query.by.map((name) => dimensions[name].key);
  const usersJoin = query.by.includes('user') ? 'JOIN store.users u ON u.id = t.user_id' : '';
  return `
    SELECT ${columns.join(', ')}
    FROM (
      SELECT day, modulefile_id, user_id, first, span, loads, direct, dependency, jobs, grp FROM store.tallies ${where}
      UNION ALL
      SELECT day, modulefile_id, user_id, first, span, loads, direct, dependency, jobs, grp FROM store.loads ${where}
    ) t
    JOIN store.modulefiles m ON m.id = t.modulefile_id ${usersJoin}
    ${keys.length > 0 ? `GROUP BY ${keys.join(', ')}` : 'HAVING count(*) > 0'}`;
}

/** A WHERE clause for the tables of usage; empty where everything is let through. */
export function compileFilter({ userIds, modulefileIds, start, end }: ResolvedFilter): string {
  const conditions: string[] = [];
  if (start !== null) conditions.push(`first >= ${clampToColumn(start)}`);
  if (end !== null) conditions.push(`first < ${clampToColumn(end)}`);
  if (userIds !== null) conditions.push(isAmong('user_id', userIds));
  if (modulefileIds !== null) conditions.push(isAmong('modulefile_id', modulefileIds));
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}

function isAmong(column: string, ids: readonly number[]): string {
  return ids.length === 0 ? 'false' : `${column} IN (${ids.join(', ')})`;
}

/** An instant that the column can hold: whatever lies before 1970 or after 2106 lies before or after all loads. */
function clampToColumn(seconds: number): number {
  return Math.min(Math.max(Math.ceil(seconds), 0), 0xffff_ffff);
}
