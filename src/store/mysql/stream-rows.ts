import type { SiteZone } from '../../core/site-zone.ts';
import type { UsageBatch, UserDayBatch } from '../../core/usage-batch.ts';
import type { MysqlConnection } from '../../mysql/mysql-connection.ts';
import { NamePlaces } from '../name-places.ts';
import { dayColumn, instantOfDateTime, type Statement } from './compile-query.ts';

/**
 * The rows of moduleT that a condition lets through, from one moment.
 * @param options.isOurs whether moduleT has modtally's columns
 * @param options.onRow called with the number of each row
 */
export async function* streamRows(
  connection: MysqlConnection,
  where: Statement,
  { isOurs, zone, onRow }: { readonly isOurs: boolean; readonly zone: SiteZone; readonly onRow: (id: number) => void },
): AsyncGenerator<UsageBatch> {
  const names = new NamePlaces();
  const ours = isOurs
    ? 'first_time, last_time, loads, direct_loads, dependency_loads, job_loads, group_name, host, jobid, tally_key IS NOT NULL'
    : 'NULL, NULL, 1, 0, 0, 0, NULL, NULL, NULL, 0';
  const sql = `SELECT id, user, syshost, module, path, date, ${dayColumn(isOurs)}, ${ours} FROM moduleT ${where.sql}`;
  for await (const rows of connection.stream(sql, where.values)) {
    for (const row of rows) onRow(Number(row[0]));
    const [tallies, loads] = [rows.filter(isTally), rows.filter((row) => !isTally(row))];
    if (tallies.length > 0) yield { ...toBatch(tallies, names, zone), detail: null };
    if (loads.length > 0) yield toBatch(loads, names, zone);
  }
}

/** Who has loaded what on which day, of the rows that a condition lets through. */
export async function* streamUserDays(
  connection: MysqlConnection,
  where: Statement,
  isOurs: boolean,
): AsyncGenerator<UserDayBatch> {
  const names = new NamePlaces();
  const asked = isOurs ? `${where.sql === '' ? 'WHERE' : `${where.sql} AND`} dependency_loads < loads` : where.sql;
  const sql = `SELECT user, syshost, module, path, ${dayColumn(isOurs)} FROM moduleT ${asked}`;
  for await (const rows of connection.stream(sql, where.values)) {
    yield {
      vocabulary: names.vocabulary,
      length: rows.length,
      day: Int32Array.from(rows, (row) => Number(row[4])),
      user: Int32Array.from(rows, (row) => names.placeOfUser(String(row[0]))),
      modulefile: Int32Array.from(rows, (row) =>
        names.placeOfModulefile({ syshost: String(row[1]), module: String(row[2]), path: String(row[3]) }),
      ),
    };
  }
}

function isTally(row: readonly unknown[]): boolean {
  return Number(row[16]) !== 0;
}

function toBatch(rows: readonly (readonly unknown[])[], names: NamePlaces, zone: SiteZone): UsageBatch {
  const numbers = (column: number): Float64Array => Float64Array.from(rows, (row) => Number(row[column]));
  const texts = (column: number): (string | null)[] =>
    rows.map((row) => (row[column] === null ? null : String(row[column])));
  // A row that Lmod's script wrote has its local time and nothing else.
  const instants = (column: number): Float64Array =>
    Float64Array.from(rows, (row) =>
      row[column] === null ? instantOfDateTime(String(row[5]), zone) : Number(row[column]),
    );
  return {
    vocabulary: names.vocabulary,
    length: rows.length,
    day: Int32Array.from(numbers(6)),
    user: Int32Array.from(rows, (row) => names.placeOfUser(String(row[1]))),
    modulefile: Int32Array.from(rows, (row) =>
      names.placeOfModulefile({ syshost: String(row[2]), module: String(row[3]), path: String(row[4]) }),
    ),
    first: instants(7),
    last: instants(8),
    loads: numbers(9),
    direct: numbers(10),
    dependency: numbers(11),
    jobs: numbers(12),
    group: Int32Array.from(texts(13), (group) => (group === null ? -1 : names.placeOfGroup(group))),
    detail: { host: texts(14), jobid: texts(15) },
  };
}
