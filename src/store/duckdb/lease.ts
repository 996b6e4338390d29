import { existsSync } from 'node:fs';
import { chmod, chown, rename, rm, stat } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { AppError } from '../../core/app-error.ts';
import { explainDuckdbError, holderOf, isLockedElsewhere, isUncheckpointed } from './duckdb-errors.ts';
import { drawTicket } from './turn-queue.ts';

/** Times between attempts to get the file, in milliseconds. */
const SHORTEST_PAUSE = 3;
const LONGEST_PAUSE = 40;

/** More hardly help, and each takes memory of its own on a login node that is there for everybody. */
const MOST_THREADS = 4;

/**
 * Bytes of a block of a new file. Each column has blocks of its own, that an import of a day seldom fills: with
 * DuckDB's usual 256 KiB, a year of such imports takes a fourth more room.
 */
const BLOCK_SIZE = 65_536;

/**
 * A store file and the leases on it. DuckDB lets one process write or many read, so that nobody may sit on the
 * file: it is attached for each lease, as `store`, and detached at its end. Between leases, the connection is an
 * empty database in memory, where an import gathers its rows.
 */
export class StoreFile {
  readonly path: string;
  readonly name: string;
  readonly #waitMs: number;
  readonly #onWait: (waitedMs: number) => void;
  #instance: DuckDBInstance | null = null;
  #connection: DuckDBConnection | null = null;
  /** The connection of a lease that all leases for reading are. */
  #held: DuckDBConnection | null = null;
  /** Leases of one process follow each other; the last in line is awaited by the next. */
  #lastLease: Promise<unknown> = Promise.resolve();

  /**
   * @param waitMs how long to wait for other processes
   * @param onWait called with the time that was waited for them
   */
  constructor(path: string, waitMs: number, onWait: (waitedMs: number) => void = () => {}) {
    this.#onWait = onWait;
    this.path = path;
    this.name = `duckdb:${path}`;
    this.#waitMs = waitMs;
  }

  /** The connection to the database in memory. */
  async connect(): Promise<DuckDBConnection> {
    if (this.#connection !== null) return this.#connection;
    this.#instance ??= await DuckDBInstance.create(':memory:', {
      temp_directory: `${tmpdir()}/modtally-${process.pid}`,
      autoinstall_known_extensions: 'false',
      // What is committed goes into the file at once, instead of into the log first and then into the file.
      wal_autocheckpoint: '0KB',
      threads: String(Math.min(availableParallelism(), MOST_THREADS)),
    });
    this.#connection = await this.#instance.connect();
    return this.#connection;
  }

  /**
   * Runs something while the file is attached.
   * @throws AppError STORE_BUSY where others hold the file for too long, STORE_MISSING where there is none
   */
  async lease<T>(mode: 'read' | 'write', use: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const before = this.#lastLease;
    const turn = (async () => {
      await before.catch(() => {});
      return this.#held === null ? this.#leaseNow(mode, use) : use(this.#held);
    })();
    this.#lastLease = turn.catch(() => {});
    return turn;
  }

  /**
   * Runs something while the file is attached, for reading.
   * @param use gets the same file, of which all leases are this one
   */
  hold<T>(use: (held: StoreFile) => Promise<T>): Promise<T> {
    return this.lease('read', (connection) => {
      const held = new StoreFile(this.path, this.#waitMs);
      held.#held = connection;
      return use(held);
    });
  }

  /** Makes the file, which must not exist, with what `fill` puts into it. */
  async create(fill: (connection: DuckDBConnection) => Promise<void>): Promise<void> {
    const connection = await this.connect();
    await connection.run(this.#attachStatement(`BLOCK_SIZE ${BLOCK_SIZE}`));
    await fill(connection);
    await connection.run('DETACH store');
  }

  /**
   * Changes the file by making another one that takes its place, whole or not at all: in a file that is changed where
   * it is, DuckDB leaves what was removed in blocks that it may use again one day.
   */
  async rewrite<T>(change: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const draft = `${this.path}.new-${process.pid}`;
    await rm(draft, { force: true });
    const quoted = draft.replaceAll("'", "''");
    try {
      return await this.lease('write', async (connection) => {
        const result = await change(connection);
        const umask = process.umask();
        process.umask(umask | 0o007);
        try {
          await connection.run(`ATTACH '${quoted}' AS rewritten (TYPE duckdb, BLOCK_SIZE ${BLOCK_SIZE})`);
        } finally {
          process.umask(umask);
        }
        await connection.run('COPY FROM DATABASE store TO rewritten');
        await connection.run('DETACH rewritten');
        // Whoever waits for the file has not opened it yet, and opens the new one.
        const { mode, uid, gid } = await stat(this.path);
        await chmod(draft, mode);
        await chown(draft, uid, gid).catch(() => {});
        await rename(draft, this.path);
        return result;
      });
    } finally {
      await this.connect().then((connection) => connection.run('DETACH DATABASE IF EXISTS rewritten').catch(() => {}));
      for (const file of [draft, `${draft}.wal`]) await rm(file, { force: true });
    }
  }

  close(): void {
    this.#connection?.closeSync();
    this.#instance?.closeSync();
    this.#connection = null;
    this.#instance = null;
  }

  async #leaseNow<T>(mode: 'read' | 'write', use: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    if (!existsSync(this.path)) throw missingStore(this.path);
    const connection = await this.connect();
    await this.#attach(connection, mode);
    let result: T;
    try {
      result = await use(connection);
    } catch (cause) {
      // After a failed statement the transaction is still open, and a database in use cannot be detached.
      await connection.run('ROLLBACK').catch(() => {});
      await connection.run('DETACH store').catch(() => {});
      throw explainDuckdbError(cause, this.name);
    }
    try {
      await connection.run('DETACH store');
    } catch (cause) {
      if (!isUncheckpointed(cause)) throw explainDuckdbError(cause, this.name);
    }
    return result;
  }

  async #attach(connection: DuckDBConnection, mode: 'read' | 'write'): Promise<void> {
    const statement = this.#attachStatement(mode === 'read' ? 'READ_ONLY' : 'READ_WRITE');
    const startedAt = performance.now();
    const deadline = startedAt + this.#waitMs;
    const turn = drawTicket(this.path);
    let pause = SHORTEST_PAUSE;
    let locked: unknown = null;
    let hasWaited = false;
    try {
      while (true) {
        if (turn.hasCome()) {
          try {
            await connection.run(statement);
            return;
          } catch (cause) {
            if (!isLockedElsewhere(cause)) throw explainDuckdbError(cause, this.name);
            locked = cause;
          }
        }
        if (performance.now() > deadline) throw this.#busy(locked);
        hasWaited = true;
        await sleep(pause * (0.5 + Math.random()));
        pause = Math.min(pause * 1.5, LONGEST_PAUSE);
      }
    } finally {
      if (hasWaited) this.#onWait(performance.now() - startedAt);
      turn.end();
    }
  }

  #attachStatement(option: string): string {
    return `ATTACH '${this.path.replaceAll("'", "''")}' AS store (TYPE duckdb, ${option})`;
  }

  #busy(cause: unknown): AppError {
    const holder = holderOf(cause) ?? 'another process';
    return new AppError(
      'STORE_BUSY',
      `${this.name} is held by ${holder}; waited ${Math.round(this.#waitMs / 1000)} s`,
      {
        hint: 'Run it again when that process is done, or give it longer with the setting lease_seconds.',
        cause,
      },
    );
  }
}

/** What is wrong where there is no file. */
export function missingStore(path: string): AppError {
  return new AppError('STORE_MISSING', `there is no store ${path}`, {
    hint: 'An import makes it; --store names another one.',
  });
}
