import { DuckDBDataChunk, type DuckDBType, type DuckDBValue, INTEGER, UINTEGER, VARCHAR } from '@duckdb/node-api';
import { AppError, describeCause } from '../core/app-error.ts';
import { batchOfColumns } from '../core/batch-of-columns.ts';
import { compareText } from '../core/compare-text.ts';
import { type UsageColumn, usageColumns } from '../core/named-row.ts';
import type { UsageBatch, Vocabulary } from '../core/usage-batch.ts';
import { parquetFile, quoteText, ScratchDatabase } from './scratch-database.ts';
import { monthOfRow, parquetColumns, rowOrder, rowsWithNames, spoolTables } from './spool-tables.ts';

/** Rows that DuckDB takes at once. */
const CHUNK_ROWS = 2048;

/** What of the rows a Parquet file gets: all of it, where nothing else is said. */
export interface ParquetPart {
  /** `YYYY-MM` */
  readonly month?: string;
  readonly columns?: readonly UsageColumn[];
  /** Rows at the most; null for all. */
  readonly limit?: number | null;
}

/**
 * Rows of usage between a store and a file. The store can go as soon as they are in, however slowly they are taken
 * out again; and they come out in one order, whatever store they are from. Whoever fills it closes it.
 */
export class UsageSpool {
  readonly #database: ScratchDatabase;
  #vocabulary: Vocabulary = { users: [], modulefiles: [], groups: [] };
  #length = 0;

  private constructor(database: ScratchDatabase) {
    this.#database = database;
  }

  /**
   * Takes rows in, all of which share one vocabulary.
   * @throws AppError OUTPUT where there is no room for them
   */
  static async fill(rows: AsyncIterable<UsageBatch>): Promise<UsageSpool> {
    const spool = new UsageSpool(await ScratchDatabase.open());
    try {
      for (const table of spoolTables) await spool.#database.connection.run(table);
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

  /**
   * The rows in order: by day, cluster, path, module and user, then by whatever else tells two of them apart.
   * @param limit rows at the most; null for all
   */
  async *rows(limit: number | null): AsyncGenerator<UsageBatch> {
    const chunks = await this.#database.connection.stream(
      `SELECT r.* FROM ${rowsWithNames} ${rowOrder} ${limitOf(limit)}`,
    );
    for await (const chunk of chunks) yield batchOfColumns(this.#vocabulary, chunk.getColumns());
  }

  /** Number of rows of each month (`YYYY-MM`), in order. */
  async months(): Promise<{ readonly month: string; readonly rows: number }[]> {
    const rows = await this.#query(`SELECT ${monthOfRow} AS month, count(*) FROM rows r GROUP BY month ORDER BY month`);
    return rows.map(([month, count]) => ({ month: String(month), rows: Number(count) }));
  }

  /** Writes rows as Parquet, in order, over a file that is there. */
  async writeParquet(path: string, { month, columns = usageColumns, limit = null }: ParquetPart = {}): Promise<void> {
    const selected = columns.map((column) => `${parquetColumns[column]} AS "${column}"`);
    const where = month === undefined ? '' : `WHERE ${monthOfRow} = '${month}'`;
    // Without a temporary file of DuckDB's own the file keeps its mode.
    await this.#database.connection.run(
      `COPY (SELECT ${selected.join(', ')} FROM ${rowsWithNames} ${where} ${rowOrder} ${limitOf(limit)})
       TO ${quoteText(path)} (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)`,
    );
  }

  /** Number of rows of a Parquet file. */
  async countRows(path: string): Promise<number> {
    const [row] = await this.#query(`SELECT count(*) FROM read_parquet(${parquetFile(path)})`);
    return Number(row?.[0]);
  }

  /**
   * How many rows of some Parquet files of usage lie before an instant (seconds since 1970 UTC), and how many of these
   * are among the rows, as they were or grown since.
   */
  async findRows(paths: readonly string[], end: number): Promise<{ readonly sought: number; readonly found: number }> {
    const [row] = await this.#query(
      `SELECT count(*), count(*) FILTER (EXISTS (
         SELECT 1 FROM ${rowsWithNames}
         WHERE p.day = DATE '1970-01-01' + r.day AND p."user" = u.name AND p.path = m.path AND p.module = m.module
           AND p.syshost = m.syshost AND p.host IS NOT DISTINCT FROM r.host AND p.jobid IS NOT DISTINCT FROM r.jobid
           AND epoch(p.first) >= r.first AND epoch(p.last) <= r.last AND p.loads <= r.loads))
       FROM read_parquet([${paths.map(parquetFile).join(', ')}]) p
       WHERE epoch(p.first) < ${end}`,
    );
    return { sought: Number(row?.[0]), found: Number(row?.[1]) };
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  async #takeIn(rows: AsyncIterable<UsageBatch>): Promise<void> {
    const appender = await this.#database.connection.createAppender('rows');
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
    const appender = await this.#database.connection.createAppender(table);
    for (const [rank, place] of places.entries()) {
      appender.appendInteger(place);
      appender.appendInteger(rank);
      for (const text of names[place] ?? []) appender.appendVarchar(text);
      appender.endRow();
    }
    this.#attempt(() => appender.closeSync());
  }

  async #query(sql: string): Promise<DuckDBValue[][]> {
    return (await this.#database.connection.runAndReadAll(sql)).getRows();
  }

  #attempt(add: () => void): void {
    try {
      add();
    } catch (cause) {
      throw new AppError('OUTPUT', `cannot gather the rows in ${this.#database.folder}: ${describeCause(cause)}`, {
        hint: 'Make room there, or name another folder for temporary files in TMPDIR.',
        cause,
      });
    }
  }
}

function limitOf(limit: number | null): string {
  return limit === null ? '' : `LIMIT ${limit}`;
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
