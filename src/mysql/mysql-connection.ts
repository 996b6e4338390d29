import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { Readable } from 'node:stream';
import { type Connection, createConnection } from 'mysql2';
import type { Connection as PromiseConnection } from 'mysql2/promise';
import { AppError } from '../core/app-error.ts';
import { ArrivingRows } from './arriving-rows.ts';
import { explainMysqlError } from './mysql-errors.ts';
import type { MysqlTarget } from './mysql-target.ts';

/** A value of a statement's parameter, or of a row. */
export type SqlValue = string | number | null | Uint8Array;

const DEFAULT_PORT = 3306;

/** Where servers put their socket; MYSQL_UNIX_PORT is the variable by which MySQL's own clients are told. */
function localSockets(): string[] {
  const named = process.env['MYSQL_UNIX_PORT'];
  if (named !== undefined && named !== '') return [named];
  return ['/run/mysqld/mysqld.sock', '/var/run/mysqld/mysqld.sock', '/var/lib/mysql/mysql.sock', '/tmp/mysql.sock'];
}

const PACKET_BYTES = 256 * 1024;

/**
 * While a large log is read nothing is asked for longer than some servers care to wait. MySQL since 8.0 would tell for
 * a day when a table was written to last; MariaDB, which has no such setting, passes over comments for these versions.
 */
const sessionSettings =
  "sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', group_concat_max_len = 1073741824, wait_timeout = 86400" +
  ' /*!80000 , information_schema_stats_expiry = 0 */';

/** What a statement did. */
export interface StatementResult {
  readonly affectedRows: number;
}

/**
 * One connection to a MySQL or MariaDB server, made when it is first needed. It talks UTF-8, in a strict mode of
 * its own, whatever the server is set to.
 */
export class MysqlConnection {
  /** The target as a URL without its password. */
  readonly name: string;
  readonly #target: MysqlTarget;
  #connection: Promise<Connection> | null = null;
  #usesDatabase = false;

  constructor(target: MysqlTarget) {
    this.#target = target;
    const place = target.socket ?? `${target.host}:${target.port ?? DEFAULT_PORT}`;
    this.name = `mysql://${target.user}@${place}/${target.database}`;
  }

  get database(): string {
    return this.#target.database;
  }

  /** Rows of a query, each an array of values: numbers, texts, bytes; dates and times as texts. */
  async query(sql: string, values: readonly SqlValue[] = []): Promise<unknown[][]> {
    return this.#run(async (connection) => {
      const [rows] = await connection.query({ sql, values: [...values], rowsAsArray: true });
      return rows as unknown[][];
    });
  }

  /** Runs a statement that gives no rows. */
  async run(sql: string, values: readonly SqlValue[] = []): Promise<StatementResult> {
    return this.#run(async (connection) => {
      const [result] = await connection.query({ sql, values: [...values] });
      return { affectedRows: affectedRowsOf(result) };
    });
  }

  /**
   * Rows of a query as they arrive, some hundreds or thousands at once, however many there are in all. Nothing else
   * can be asked meanwhile.
   */
  async *stream(sql: string, values: readonly SqlValue[] = []): AsyncGenerator<unknown[][]> {
    const connection = await this.#connect();
    const arriving = new ArrivingRows(connection, sql, values);
    try {
      while (true) {
        const rows = await arriving.take();
        if (rows === null) return;
        yield rows;
      }
    } catch (cause) {
      throw explainMysqlError(cause, this.name);
    } finally {
      await arriving.end();
    }
  }

  /**
   * LOAD DATA LOCAL from some text in bytes.
   * @throws the driver's own error, for the server may not allow it
   */
  async loadData(sql: string, pieces: readonly Uint8Array[]): Promise<StatementResult> {
    const connection = await this.#connect();
    const infileStreamFactory = (): Readable => Readable.from(packetsOf(pieces));
    const [result] = await connection.promise().query({ sql, infileStreamFactory });
    return { affectedRows: affectedRowsOf(result) };
  }

  /**
   * Runs something that no other modtally may do at the same time in this database.
   * @param waitMs how long to wait for others
   * @throws AppError STORE_BUSY
   */
  async withLock<T>(waitMs: number, use: () => Promise<T>): Promise<T> {
    const lock = `modtally-${createHash('sha256').update(this.database).digest('hex').slice(0, 40)}`;
    const [row] = await this.query('SELECT GET_LOCK(?, ?)', [lock, Math.ceil(waitMs / 1000)]);
    if (Number(row?.[0]) !== 1) {
      throw new AppError(
        'STORE_BUSY',
        `${this.name} is held by another modtally; waited ${Math.ceil(waitMs / 1000)} s`,
        {
          hint: 'Run it again when that is done, or give it longer with the setting lease_seconds.',
        },
      );
    }
    try {
      return await use();
    } finally {
      // A connection that has broken has lost the lock with it.
      await this.query('SELECT RELEASE_LOCK(?)', [lock]).catch(() => {});
    }
  }

  /** Runs something in one transaction: all of it, or nothing. */
  async inTransaction<T>(use: () => Promise<T>, how: '' | 'WITH CONSISTENT SNAPSHOT' = ''): Promise<T> {
    await this.run(`START TRANSACTION ${how}`);
    try {
      const result = await use();
      await this.run('COMMIT');
      return result;
    } catch (error) {
      await this.run('ROLLBACK').catch(() => {});
      throw error;
    }
  }

  /** Whether the server has the database; the connection is then in it. */
  async useDatabase(): Promise<boolean> {
    if (this.#usesDatabase) return true;
    const found = await this.query('SELECT 1 FROM information_schema.schemata WHERE schema_name = ?', [this.database]);
    if (found.length === 0) return false;
    await this.run(`USE ${quoteName(this.database)}`);
    this.#usesDatabase = true;
    return true;
  }

  /** To be called where the database has been removed. */
  forgetDatabase(): void {
    this.#usesDatabase = false;
  }

  async close(): Promise<void> {
    const connection = await this.#connection?.catch(() => null);
    this.#connection = null;
    await connection
      ?.promise()
      .end()
      .catch(() => {});
  }

  #connect(): Promise<Connection> {
    this.#connection ??= this.#open();
    return this.#connection;
  }

  async #open(): Promise<Connection> {
    const { host, port, socket } = this.#target;
    const tcp = { host, port: port ?? DEFAULT_PORT };
    if (socket !== null) return this.#openAt({ socketPath: socket });
    if (host !== 'localhost' || port !== null) return this.#openAt(tcp);
    const ownSocket = localSockets().find((path) => existsSync(path));
    if (ownSocket === undefined) return this.#openAt(tcp);
    try {
      return await this.#openAt({ socketPath: ownSocket });
    } catch (error) {
      // A socket that a server has left behind.
      if (error instanceof AppError && error.code === 'STORE_UNREACHABLE') return this.#openAt(tcp);
      throw error;
    }
  }

  async #openAt(place: { host: string; port: number } | { socketPath: string }): Promise<Connection> {
    const { user, password } = this.#target;
    try {
      const connection = createConnection({
        ...place,
        user,
        password,
        charset: 'utf8mb4_general_ci',
        dateStrings: true,
        supportBigNumbers: true,
        connectTimeout: 20_000,
        // Only what loadData itself hands over: a server cannot ask for files.
        infileStreamFactory: () => Readable.from([]),
      });
      await connection.promise().connect();
      await connection.promise().query(`SET SESSION ${sessionSettings}`);
      connection.on('error', (cause) => this.#noteBreak(cause));
      return connection;
    } catch (cause) {
      throw explainMysqlError(cause, this.name);
    }
  }

  /** The server has broken off while nothing was asked: whoever asks next is told. */
  #noteBreak(cause: unknown): void {
    this.#connection = Promise.reject(explainMysqlError(cause, this.name));
    this.#connection.catch(() => {});
  }

  async #run<T>(use: (connection: PromiseConnection) => Promise<T>): Promise<T> {
    const connection = await this.#connect();
    try {
      return await use(connection.promise());
    } catch (cause) {
      throw explainMysqlError(cause, this.name);
    }
  }
}

function affectedRowsOf(result: object): number {
  return 'affectedRows' in result ? Number(result.affectedRows) : 0;
}

/** Bytes in parts that are well below any server's max_allowed_packet. */
function* packetsOf(pieces: readonly Uint8Array[]): Generator<Uint8Array> {
  for (const bytes of pieces) {
    for (let at = 0; at < bytes.length; at += PACKET_BYTES) yield bytes.subarray(at, at + PACKET_BYTES);
  }
}

/** A name as SQL writes it. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}
