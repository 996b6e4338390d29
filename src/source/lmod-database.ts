import { AppError } from '../core/app-error.ts';
import { dayFromIso, type SiteZone } from '../core/site-zone.ts';
import { MysqlConnection } from '../mysql/mysql-connection.ts';
import type { MysqlTarget } from '../mysql/mysql-target.ts';
import type { LineSource } from './source.ts';

/** A day of a database, as it was found. */
export interface DatabaseDay {
  /** `YYYY-MM-DD`. */
  readonly date: string;
  readonly rows: number;
  /** The day's rows as dump records; the same bytes whenever the rows are the same. */
  readonly source: LineSource;
}

/** A usage record of a database, for comparing: who loaded what where on which day. */
export interface DatabaseUse {
  readonly user: string;
  readonly syshost: string;
  readonly module: string;
  readonly path: string;
  /** `YYYY-MM-DD`. */
  readonly date: string;
}

/**
 * A gen_1 or gen_2 database of Lmod's as a source, read in one consistent snapshot: what is written to it
 * meanwhile is not seen.
 */
export class LmodDatabase {
  readonly name: string;
  readonly generation: 1 | 2;
  readonly #connection: MysqlConnection;
  readonly #zone: SiteZone;
  readonly #reader: DayReader;

  private constructor(connection: MysqlConnection, zone: SiteZone, generation: 1 | 2, reader: DayReader) {
    this.name = connection.name;
    this.generation = generation;
    this.#connection = connection;
    this.#zone = zone;
    this.#reader = reader;
  }

  /**
   * Opens a database and tells its generation by its tables.
   * @throws AppError STORE_ codes, NOT_A_SOURCE where it has neither gen_1 nor gen_2 tables
   */
  static async open(target: MysqlTarget, zone: SiteZone): Promise<LmodDatabase> {
    const connection = new MysqlConnection(target);
    try {
      if (!(await connection.useDatabase())) {
        throw new AppError('STORE_MISSING', `${connection.name}: the server has no database ${target.database}`, {
          hint: 'Check its name. Or the user may not see it: GRANT SELECT ON it TO the user.',
        });
      }
      await connection.run('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
      const columns = await readColumns(connection);
      if (columns.has('join_user_module.mod_id') && columns.has('userT.user') && columns.has('moduleT.mod_id')) {
        return new LmodDatabase(connection, zone, 1, await openGen1(connection));
      }
      if (columns.has('moduleT.user') && columns.has('moduleT.date')) {
        return new LmodDatabase(connection, zone, 2, openGen2(columns.has('moduleT.tally_key')));
      }
      throw new AppError('NOT_A_SOURCE', `${connection.name} holds neither a gen_1 nor a gen_2 database`, {
        hint: 'gen_1 has the tables userT, moduleT and join_user_module; gen_2 has moduleT with a column user.',
      });
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** The days of a span that have rows, in order. Bounds are `YYYY-MM-DD`, `end` exclusive; null for none. */
  async listDays(start: string | null, end: string | null): Promise<DatabaseDay[]> {
    const { table, id } = this.#reader;
    const place = await this.#identify(table);
    const { clause, values } = spanClause('date', start, end);
    const rows = await this.#connection.query(
      `SELECT DATE(date) AS day, COUNT(*), MIN(${id}), MAX(${id}) FROM ${table} ${clause} GROUP BY day ORDER BY day`,
      values,
    );
    return rows.map(([day, count, firstId, lastId]) => {
      const date = String(day);
      const stamp = `${place}:${date}:${String(count)}:${String(lastId)}`;
      return {
        date,
        rows: Number(count),
        source: this.#sourceOf({ date, firstId: Number(firstId), lastId: Number(lastId) }, stamp),
      };
    });
  }

  /**
   * Every distinct use of a span, as the database's own SQL finds it: what a copy is compared with. Bounds as for
   * `listDays`.
   */
  async *distinctUses(start: string | null, end: string | null): AsyncGenerator<DatabaseUse> {
    const { clause, values } = spanClause('date', start, end);
    for await (const rows of this.#connection.stream(`${this.#reader.distinctUses} ${clause}`, values)) {
      for (const row of rows) {
        const [user, syshost, module, path] = row.slice(0, 4).map(textOf) as [string, string, string, string];
        yield { user, syshost, module, path, date: String(row[4]) };
      }
    }
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  /** What tells this table from others on this and on other servers. */
  async #identify(table: string): Promise<string> {
    const [row] = await this.#connection.query(
      `SELECT @@hostname, @@port, DATABASE(), create_time FROM information_schema.tables
       WHERE table_schema = DATABASE() AND table_name = ?`,
      [table],
    );
    return (row ?? []).map(String).join(':');
  }

  #sourceOf(day: RowsOfDay, stamp: string): LineSource {
    const { name } = this;
    const lines = (onRead: (bytes: number) => void): AsyncIterable<Uint8Array> => this.#readDay(day, onRead);
    return {
      name: `${name} ${day.date}`,
      format: 'json',
      async open() {
        return {
          stamp,
          isFinal: true,
          writtenAt: null,
          rawBytes: null,
          plain: null,
          chunks: lines,
          close: async () => {},
        };
      },
      remove: async () => false,
    };
  }

  async *#readDay({ date, firstId, lastId }: RowsOfDay, onRead: (bytes: number) => void): AsyncGenerator<Uint8Array> {
    const { table, id, columns, toRecord } = this.#reader;
    const toSeconds = createTimeReader(date, this.#zone);
    // By number, so that what is added to a day comes after what was there. Rows come mostly in order of time: between
    // the day's first and last number there is little else, and the server need neither look for them nor sort.
    const sql = `SELECT ${columns} FROM ${table}
      WHERE ${id} BETWEEN ? AND ? AND date >= ? AND date < DATE_ADD(?, INTERVAL 1 DAY) ORDER BY ${id}`;
    for await (const rows of this.#connection.stream(sql, [firstId, lastId, date, date])) {
      let text = '';
      for (const row of rows) text += toRecord(row, toSeconds);
      const chunk = Buffer.from(text, 'latin1');
      onRead(chunk.length);
      yield chunk;
    }
  }
}

/** Where the rows of a day are. */
interface RowsOfDay {
  /** `YYYY-MM-DD`. */
  readonly date: string;
  /** The lowest and the highest number of its rows; rows of other days may lie between. */
  readonly firstId: number;
  readonly lastId: number;
}

/** How rows of one generation are read. */
interface DayReader {
  /** The table with the dates, and its running number. */
  readonly table: string;
  readonly id: string;
  readonly columns: string;
  readonly distinctUses: string;
  /** A row as a dump record, its newline included; pure ASCII. */
  toRecord(row: readonly unknown[], toSeconds: (secondOfDay: unknown) => string): string;
}

async function openGen1(connection: MysqlConnection): Promise<DayReader> {
  // The names are few beside the loads: they are looked up here, and the server need not join.
  const users = new Map<number, string>();
  for (const [id, user] of await connection.query('SELECT user_id, user FROM userT')) {
    users.set(Number(id), `{"user": ${asJson(user)}`);
  }
  const modulefiles = new Map<number, string>();
  for (const [id, path, module, syshost] of await connection.query(
    'SELECT mod_id, path, module, syshost FROM moduleT',
  )) {
    modulefiles.set(Number(id), modulefileOf(path, module, syshost));
  }
  // A load of a user or a modulefile that is not there: its record will be rejected, and so be told.
  const nobody = '{"user": null';
  const nothing = modulefileOf(null, null, null);
  return {
    table: 'join_user_module',
    id: 'join_id',
    columns: 'user_id, mod_id, TIME_TO_SEC(date)',
    distinctUses: `SELECT DISTINCT ${exact('u.user')}, ${exact('m.syshost')}, ${exact('m.module')}, ${exact('m.path')}, DATE(date)
      FROM join_user_module j JOIN userT u ON u.user_id = j.user_id JOIN moduleT m ON m.mod_id = j.mod_id`,
    toRecord([userId, modId, secondOfDay], toSeconds) {
      const user = users.get(Number(userId)) ?? nobody;
      const modulefile = modulefiles.get(Number(modId)) ?? nothing;
      return `${user}${modulefile}${toSeconds(secondOfDay)}"}\n`;
    },
  };
}

function openGen2(hasCounts: boolean): DayReader {
  const counts = 'first_time, last_time, loads, direct_loads, dependency_loads, job_loads, group_name';
  return {
    table: 'moduleT',
    id: 'id',
    columns: `user, path, module, syshost, TIME_TO_SEC(date)${hasCounts ? `, ${counts}` : ''}`,
    distinctUses: `SELECT DISTINCT ${exact('user')}, ${exact('syshost')}, ${exact('module')}, ${exact('path')}, DATE(date) FROM moduleT`,
    toRecord(
      [user, path, module, syshost, secondOfDay, first, last, loads, direct, dependency, jobs, group],
      toSeconds,
    ) {
      const isLmods = first === undefined || first === null;
      const seconds = isLmods ? toSeconds(secondOfDay) : String(first);
      const record = `{"user": ${asJson(user)}${modulefileOf(path, module, syshost)}${seconds}"`;
      if (isLmods) return `${record}}\n`;
      const more = `"last": ${String(last)}, "loads": ${String(loads)}, "direct_loads": ${String(direct)}, "dependency_loads": ${String(dependency)}, "job_loads": ${String(jobs)}, "group": ${asJson(group)}`;
      return `${record}, ${more}}\n`;
    },
  };
}

/** The middle of a dump record, from behind the user to ahead of the date. */
function modulefileOf(path: unknown, module: unknown, syshost: unknown): string {
  return `, "path": ${asJson(path)}, "module": ${asJson(module)}, "syshost": ${asJson(syshost)}, "date": "`;
}

/** A value as Python's json writes it: pure ASCII. */
function asJson(value: unknown): string {
  return JSON.stringify(value === null ? null : textOf(value)).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function textOf(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : String(value);
}

/** Names byte by byte: Lmod's collation would make one of R and r. */
function exact(column: string): string {
  return `CAST(CONVERT(${column} USING utf8mb4) AS BINARY)`;
}

function spanClause(column: string, start: string | null, end: string | null): { clause: string; values: string[] } {
  const conditions: string[] = [];
  const values: string[] = [];
  if (start !== null) {
    conditions.push(`${column} >= ?`);
    values.push(start);
  }
  if (end !== null) {
    conditions.push(`${column} < ?`);
    values.push(end);
  }
  return { clause: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`, values };
}

/** From seconds of a day, by its local time, to seconds since 1970. A date that is none stays one, to be rejected. */
function createTimeReader(date: string, zone: SiteZone): (secondOfDay: unknown) => string {
  const day = dayFromIso(date);
  if (day === null) return () => date;
  // A job loads its modules all at once, so that the same second comes many times in a row.
  let last: unknown;
  let seconds = '';
  return (secondOfDay) => {
    if (secondOfDay === last) return seconds;
    last = secondOfDay;
    seconds = String(zone.instantOf({ day, secondOfDay: Math.floor(Number(secondOfDay)) }));
    return seconds;
  };
}

async function readColumns(connection: MysqlConnection): Promise<Set<string>> {
  const rows = await connection.query(
    'SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = DATABASE()',
  );
  return new Set(rows.map(([table, column]) => `${String(table)}.${String(column).toLowerCase()}`));
}
