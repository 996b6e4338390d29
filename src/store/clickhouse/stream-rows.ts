import { batchOfColumns } from '../../core/batch-of-columns.ts';
import type { UsageBatch, UserDayBatch } from '../../core/usage-batch.ts';
import { NamePlaces } from '../name-places.ts';
import type { ResolvedFilter } from '../resolved-filter.ts';
import type { ClickhouseConnection } from './clickhouse-connection.ts';
import { compileWholeRows, wholeColumns } from './compile-query.ts';
import { readSettings, tablesOf } from './schema.ts';
import type { StoreState } from './store-state.ts';
import { inCountedUsage } from './store-state.ts';
import { allOf, compileDays, compileFilter, compileNames } from './usage-filter.ts';

/** Rows of days that are asked for at once, at least a day: a server puts tallies together in its memory. */
const ROWS_AT_ONCE = 2_000_000;

/** The rows of a state that a filter lets through. */
export async function* streamRows(
  connection: ClickhouseConnection,
  state: StoreState,
  filter: ResolvedFilter,
): AsyncGenerator<UsageBatch> {
  const names = new NamePlaces();
  for (const days of await sliceDays(connection, state, filter)) {
    const { sql, values } = compileWholeRows(filter, state, tablesOf(connection), days);
    const statement = { sql: `SELECT ${wholeColumns.join(', ')} FROM (${sql})`, values };
    for await (const rows of connection.stream(statement, readSettings(connection))) {
      const [tallies, loads] = [rows.filter(isTally), rows.filter((row) => !isTally(row))];
      if (tallies.length > 0) yield { ...toBatch(tallies, names), detail: null };
      if (loads.length > 0) yield toBatch(loads, names);
    }
  }
}

/** Who has loaded what on which day, of the rows of a state that a filter lets through. */
export async function* streamUserDays(
  connection: ClickhouseConnection,
  state: StoreState,
  filter: ResolvedFilter,
): AsyncGenerator<UserDayBatch> {
  const names = new NamePlaces();
  const { usage, usageHere } = tablesOf(connection);
  const { sql, values } = compileFilter(filter, state, usageHere);
  for (const days of await sliceDays(connection, state, filter)) {
    const statement = {
      // A tally has loads that are no dependencies where one of its rows has.
      sql: `SELECT DISTINCT day, user, syshost, module, path FROM ${usage}
            WHERE ${allOf([sql, days])} AND dependency < loads`,
      values,
    };
    for await (const rows of connection.stream(statement, readSettings(connection))) {
      yield {
        vocabulary: names.vocabulary,
        length: rows.length,
        day: Int32Array.from(rows, ([day]) => Number(day)),
        user: Int32Array.from(rows, ([, user]) => names.placeOfUser(String(user))),
        modulefile: Int32Array.from(rows, ([, , syshost, module, path]) =>
          names.placeOfModulefile({ syshost: String(syshost), module: String(module), path: String(path) }),
        ),
      };
    }
  }
}

/** Conditions on days that together let all rows of a filter through, none twice. */
async function sliceDays(
  connection: ClickhouseConnection,
  state: StoreState,
  filter: ResolvedFilter,
): Promise<string[]> {
  const { usage } = tablesOf(connection);
  const names = compileNames(filter);
  const rows = await connection.query(
    {
      sql: `
        SELECT day, sum(n) FROM (
          SELECT day, count() AS n FROM ${usage}
          WHERE ${allOf([inCountedUsage(state), names.sql, compileDays(filter)])} GROUP BY day)
        GROUP BY day ORDER BY day`,
      values: names.values,
    },
    readSettings(connection),
  );
  const slices: { first: number; last: number; rows: number }[] = [];
  for (const [day, count] of rows) {
    const slice = slices.at(-1);
    if (slice !== undefined && slice.rows + Number(count) <= ROWS_AT_ONCE) {
      slice.last = Number(day);
      slice.rows += Number(count);
    } else slices.push({ first: Number(day), last: Number(day), rows: Number(count) });
  }
  return slices.map(({ first, last }) => `day BETWEEN ${first} AND ${last}`);
}

function isTally(row: readonly unknown[]): boolean {
  return Number(row[14]) !== 0;
}

function toBatch(rows: readonly (readonly (string | null)[])[], names: NamePlaces): UsageBatch {
  const column = (at: number): (string | null)[] => rows.map((row) => row[at] ?? null);
  return batchOfColumns(names.vocabulary, [
    column(0),
    rows.map((row) => names.placeOfUser(String(row[1]))),
    rows.map((row) =>
      names.placeOfModulefile({ syshost: String(row[2]), module: String(row[3]), path: String(row[4]) }),
    ),
    ...[5, 6, 7, 8, 9, 10].map(column),
    column(11).map((group) => (group === null ? -1 : names.placeOfGroup(group))),
    column(12),
    column(13),
  ]);
}
