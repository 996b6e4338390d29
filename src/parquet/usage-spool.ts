import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBType,
  type DuckDBValue,
  INTEGER,
  UINTEGER,
  VARCHAR,
} from '@duckdb/node-api';
import { AppError, describeCause } from '../core/app-error.ts';
import { batchOfColumns } from '../core/batch-of-columns.ts';
import { compareText } from '../core/compare-text.ts';
import type { UsageBatch, Vocabulary } from '../core/usage-batch.ts';
import { monthOfRow, parquetColumns, rowOrder, rowsWithNames, spoolTables } from './spool-tables.ts';

/** What the spool holds in memory; the rest goes to the folder for temporary files. */
const MEMORY = '512MB';

/** Rows that DuckDB takes at once. */
const CHUNK_ROWS = 2048;

/**
 * Rows of usage between a store and a file. The store can go as soon as they are in, however slowly they are taken
 * out again; and they come out in one order, whatever store they are from. Whoever fills it closes it.
 */
export class UsageSpool {
  readonly #folder: string;
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  #vocabulary: Vocabulary = { users: [], modulefiles: [], groups: [] };
  #length = 0;

  private constructor(folder: string, instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#folder = folder;
    this.#instance = instance;
    this.#connection = connection;
  }

  /**
   * Takes rows in, all of which share one vocabulary.
   * @throws AppError OUTPUT where there is no room for them
   */
  static async fill(rows: AsyncIterable<UsageBatch>): Promise<UsageSpool> {
    // Names of users may be written there: a folder that nobody else can look into.
    const folder = await mkdtemp(join(tmpdir(), 'modtally-spool-'));
    const instance = await DuckDBInstance.create(':memory:', {
      temp_directory: folder,
      memory_limit: MEMORY,
      autoinstall_known_extensions: 'false',
    });
    const spool = new UsageSpool(folder, instance, await instance.connect());
    try {
      for (const table of spoolTables) await spool.#connection.run(table);
      await spool.#takeIn(rows);
      return spool;
    } catch (error) {
      await spool.close();
      throw error;
    }
  }

  /** Number of rows. */
  get length(): number {
    return this.#length;
  }

  /** The rows in order: by day, cluster, path, module and user, then by whatever else tells two of them apart. */
  async *rows(): AsyncGenerator<UsageBatch> {
    const chunks = await this.#connection.stream(`SELECT r.* FROM ${rowsWithNames} ${rowOrder}`);
    for await (const chunk of chunks) yield batchOfColumns(this.#vocabulary, chunk.getColumns());
  }

  /** Number of rows of each month (`YYYY-MM`), in order. */
  async months(): Promise<{ readonly month: string; readonly rows: number }[]> {
    const rows = await this.#query(`SELECT ${monthOfRow} AS month, count(*) FROM rows r GROUP BY month ORDER BY month`);
    return rows.map(([month, count]) => ({ month: String(month), rows: Number(count) }));
  }

  /**
   * Writes rows as Parquet, in order, over a file that is there.
   * @param month `YYYY-MM`, or null for all rows
   */
  async writeParquet(path: string, month: string | null): Promise<void> {
    const where = month === null ? '' : `WHERE ${monthOfRow} = '${month}'`;
    // Without a temporary file of DuckDB's own the file keeps its mode.
    await this.#connection.run(
      `COPY (SELECT ${parquetColumns.join(', ')} FROM ${rowsWithNames} ${where} ${rowOrder})
       TO ${quoteText(path)} (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)`,
    );
  }

  async close(): Promise<void> {
    this.#connection.closeSync();
    this.#instance.closeSync();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #takeIn(rows: AsyncIterable<UsageBatch>): Promise<void> {
    const appender = await this.#connection.createAppender('rows');
    for await (const batch of rows) {
      this.#vocabulary = batch.vocabulary;
      this.#length += batch.length;
      for (let start = 0; start < batch.length; start += CHUNK_ROWS) {
        const chunk = DuckDBDataChunk.create(rowTypes);
        chunk.setColumns(columnsOf(batch, start, Math.min(batch.length, start + CHUNK_ROWS)));
        this.#attempt(() => appender.appendDataChunk(chunk));
      }
    }
    this.#attempt(() => appender.closeSync());
    const { users, modulefiles, groups } = this.#vocabulary;
    await this.#appendNames(
      'users',
      users.map((name) => [name]),
    );
    await this.#appendNames(
      'modulefiles',
      modulefiles.map(({ syshost, path, module }) => [syshost, path, module]),
    );
    await this.#appendNames(
      'groups',
      groups.map((name) => [name]),
    );
  }

  /** Names with their places and their ranks: they are ordered by the first text, then by the next. */
  async #appendNames(table: string, names: readonly (readonly string[])[]): Promise<void> {
    const places = names.map((_, place) => place);
    places.sort((one, other) => compareTexts(names[one] ?? [], names[other] ?? []));
    const appender = await this.#connection.createAppender(table);
    for (const [rank, place] of places.entries()) {
      appender.appendInteger(place);
      appender.appendInteger(rank);
      for (const text of names[place] ?? []) appender.appendVarchar(text);
      appender.endRow();
    }
    this.#attempt(() => appender.closeSync());
  }

  async #query(sql: string): Promise<DuckDBValue[][]> {
    return (await this.#connection.runAndReadAll(sql)).getRows();
  }

  #attempt(add: () => void): void {
    try {
      add();
    } catch (cause) {
      throw new AppError('OUTPUT', `cannot gather the rows in ${this.#folder}: ${describeCause(cause)}`, {
        hint: 'Make room there, or name another folder for temporary files in TMPDIR.',
        cause,
      });
    }
  }
}

const rowTypes: readonly DuckDBType[] = [
  ...[INTEGER, INTEGER, INTEGER, UINTEGER, UINTEGER, UINTEGER, UINTEGER, UINTEGER, UINTEGER, INTEGER],
  ...[VARCHAR, VARCHAR],
];

function columnsOf(batch: UsageBatch, start: number, end: number): DuckDBValue[][] {
  const { day, user, modulefile, first, last, loads, direct, dependency, jobs, group, detail } = batch;
  const numbers = [day, user, modulefile, first, last, loads, direct, dependency, jobs, group];
  return [
    ...numbers.map((column) => Array.from(column.subarray(start, end))),
    ...[detail?.host, detail?.jobid].map((column) => column?.slice(start, end) ?? Array(end - start).fill(null)),
  ];
}

function compareTexts(one: readonly string[], other: readonly string[]): number {
  for (const [at, text] of one.entries()) {
    const order = compareText(text, other[at] ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

/** A text as SQL writes it. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
