import { compareText } from '../../core/compare-text.ts';
import type { Dimension, Measure, UsageQuery } from '../../core/usage-query.ts';
import type { ResolvedFilter } from '../resolved-filter.ts';
import type { Tables } from './schema.ts';
import { compileSources, countedInRows, dimensions, type Source } from './sources.ts';
import type { Statement } from './statement.ts';
import { inCountedUsage, type StoreState } from './store-state.ts';
import { allOf, compileDays, compileFilter, compileNames, compileTime, tallyKey } from './usage-filter.ts';

/** What each shard tells of a group, and what becomes of that of all shards. No user is in two of them. */
const measures: Readonly<
  Record<Measure, { readonly inShard: (source: Source) => string; readonly of: (told: string) => string }>
> = {
  users: { inShard: ({ users }) => users, of: (told) => `sum(${told})` },
  loads: { inShard: () => 'sum(loads)', of: (told) => `sum(${told})` },
  direct: { inShard: () => 'sum(direct)', of: (told) => `sum(${told})` },
  dependency: { inShard: () => 'sum(dependency)', of: (told) => `sum(${told})` },
  jobs: { inShard: () => 'sum(jobs)', of: (told) => `sum(${told})` },
  first: { inShard: () => 'min(first)', of: (told) => `min(${told})` },
  last: { inShard: () => 'max(first + span)', of: (told) => `max(${told})` },
  syshosts: { inShard: () => 'groupUniqArray(syshost)', of: (told) => `groupUniqArrayArray(${told})` },
  modules: { inShard: () => 'groupUniqArray(module)', of: (told) => `groupUniqArrayArray(${told})` },
  days: { inShard: ({ days }) => days, of: (told) => `length(groupUniqArrayArray(${told}))` },
};

/** The SQL of a question; its columns are the dimensions, then the measures, in their order. */
export function compileQuery(query: UsageQuery, filter: ResolvedFilter, state: StoreState, tables: Tables): Statement {
  const keys = query.by.map((_, at) => `k${at}`);
  const grouped = keys.length > 0 ? `GROUP BY ${keys.join(', ')}` : '';
  const { sql, values } = compileGroups(query, filter, state, tables);
  const whole = [...keys, ...query.measures.map((name, at) => measures[name].of(`m${at}`)), 'sum(n)'];
  return { sql: `SELECT ${whole.join(', ')} FROM (${sql}) ${grouped} HAVING sum(n) > 0`, values };
}

/** What sources and shards tell of the groups of a question, as k0, k1 and so on, m0, m1 and so on. */
export function compileGroups(
  { by, measures: asked }: Pick<UsageQuery, 'by' | 'measures'>,
  filter: ResolvedFilter,
  state: StoreState,
  tables: Tables,
): Statement {
  const keys = by.map((_, at) => `k${at}`);
  const grouped = keys.length > 0 ? `GROUP BY ${keys.join(', ')}` : '';
  const { sources, values } = by.includes('group')
    ? groupSources(filter, state, tables)
    : compileSources(by, filter, state, tables);
  const told = sources.map((source) => {
    const columns = [
      ...by.map((name, at) => `${dimensions[name]} AS k${at}`),
      ...asked.map((name, at) => `${measures[name].inShard(source)} AS m${at}`),
      'count() AS n',
    ];
    return `SELECT ${columns.join(', ')} ${source.sql} ${grouped} HAVING n > 0`;
  });
  return { sql: told.join(' UNION ALL '), values };
}

/**
 * Rows of one tally need not be put together, as they add up to the same, except where they tell of several groups: of
 * these the last in order counts.
 */
function groupSources(filter: ResolvedFilter, state: StoreState, tables: Tables): ReturnType<typeof compileSources> {
  const { sql, values } = compileWholeRows(filter, state, tables);
  return { sources: [{ sql: `FROM (${sql})`, ...countedInRows }], values };
}

/** What is to be asked of whole rows to have the columns of a batch, in this order. */
export const wholeColumns: readonly string[] = [
  ...tallyKey.split(', '),
  'first',
  'first + span',
  'loads',
  'direct',
  'dependency',
  'jobs',
  'grp',
  'host',
  'jobid',
  'is_tally',
];

/**
 * The rows of a filter as a store tells of them: tallies put together, loads as they are.
 * @param days a condition on days that they have to meet, too
 */
export function compileWholeRows(filter: ResolvedFilter, state: StoreState, { usage }: Tables, days = '1'): Statement {
  const names = compileNames(filter);
  const asked = allOf([inCountedUsage(state), names.sql, compileDays(filter), days]);
  const none = 'CAST(NULL AS Nullable(String))';
  return {
    sql: `
      SELECT ${tallyKey}, t1 AS first, toUInt32(t2 - t1) AS span, t3 AS loads, t4 AS direct, t5 AS dependency, t6 AS jobs, t7 AS grp,
             ${none} AS host, ${none} AS jobid, toUInt8(1) AS is_tally
      FROM (
        SELECT ${tallyKey}, min(first) AS t1, max(first + span) AS t2, sum(loads) AS t3, sum(direct) AS t4,
               sum(dependency) AS t5, sum(jobs) AS t6, max(grp) AS t7
        FROM ${usage} WHERE is_tally = 1 AND ${asked}
        GROUP BY ${tallyKey} HAVING ${compileTime(filter, 't1')})
      UNION ALL
      SELECT ${tallyKey}, first, span, toUInt64(loads) AS loads, toUInt64(direct) AS direct,
             toUInt64(dependency) AS dependency, toUInt64(jobs) AS jobs, grp, host, jobid, is_tally
      FROM (
        SELECT ${tallyKey}, first, span, loads, direct, dependency, jobs, grp, host, jobid, is_tally
        FROM ${usage} WHERE is_tally = 0 AND ${asked} AND ${compileTime(filter)})`,
    values: names.values,
  };
}

/** The number of those rows, as one number of each shard. */
export function compileCount(filter: ResolvedFilter, state: StoreState, { usage, usageHere }: Tables): Statement {
  const { sql, values } = compileFilter(filter, state, usageHere);
  return {
    sql: `
      SELECT sum(n) FROM (
        SELECT uniqExactIf((${tallyKey}), is_tally = 1) + countIf(is_tally = 0) AS n FROM ${usage} WHERE ${sql})`,
    values,
  };
}

/** Reads the value of a column. */
export function readCell(name: Dimension | Measure, value: unknown): unknown {
  if (name === 'month') return textOfMonth(Number(value));
  if (Array.isArray(value)) return value.map(String).sort(compareText);
  return value;
}

function textOfMonth(month: number): string {
  return `${String(Math.floor(month / 12)).padStart(4, '0')}-${String((month % 12) + 1).padStart(2, '0')}`;
}
