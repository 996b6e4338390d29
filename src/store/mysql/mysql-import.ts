import { AppError } from '../../core/app-error.ts';
import type { ImportRecord, LedgerChange } from '../../core/ledger.ts';
import type { SiteZone } from '../../core/site-zone.ts';
import type { UsageBatch } from '../../core/usage-batch.ts';
import type { MysqlConnection } from '../../mysql/mysql-connection.ts';
import type { CommitResult, Rivals, StoreImport } from '../store.ts';
import { hasConflict, writeLedger } from './ledger.ts';
import { LineLoader } from './line-loader.ts';
import { readModuleColumns } from './schema.ts';
import { StagedRows } from './staged-rows.ts';
import { UsageLines } from './usage-lines.ts';

/** Opens an import into a database whose schema is up to date. */
export async function openMysqlImport(
  connection: MysqlConnection,
  zone: SiteZone,
  waitMs: number,
): Promise<StoreImport> {
  const lines = new UsageLines(zone, await readModuleColumns(connection));
  return new MysqlImport(connection, lines, waitMs);
}

/** Lines of one source that wait to be sent. */
interface HeldLines {
  readonly source: number;
  readonly rows: number;
  readonly bytes: Uint8Array;
}

/** Rows that are made into lines at once: some hundred kilobytes. */
const ROWS_AT_ONCE = 2048;
/** Bytes of lines that are held before they go to the staging table. */
const HELD_BYTES = 64 * 1024 * 1024;

/**
 * Holds its rows as long as they are not too many. Where moduleT has no tallies of their days yet, they then go
 * straight into it; else by way of a staging table, from which they are merged with what is there.
 */
class MysqlImport implements StoreImport {
  readonly #connection: MysqlConnection;
  readonly #lines: UsageLines;
  readonly #waitMs: number;
  readonly #loader: LineLoader;
  readonly #staged: StagedRows;
  readonly #heldTallies = new HeldTallies();
  #held: HeldLines[] = [];
  #heldBytes = 0;
  #rows = 0;

  constructor(connection: MysqlConnection, lines: UsageLines, waitMs: number) {
    this.#connection = connection;
    this.#lines = lines;
    this.#waitMs = waitMs;
    this.#loader = new LineLoader(connection);
    this.#staged = new StagedRows(connection, this.#loader);
  }

  get cut(): number {
    return this.#lines.cut;
  }

  async add(batch: UsageBatch, source: number): Promise<void> {
    this.#lines.takeIn(batch);
    for (let from = 0; from < batch.length; from += ROWS_AT_ONCE) {
      const rows = Math.min(ROWS_AT_ONCE, batch.length - from);
      const lines: string[] = [];
      for (let row = from; row < from + rows; row++) {
        const key = batch.detail === null ? this.#lines.keyOf(batch, row) : null;
        if (key !== null) this.#heldTallies.add(batch.day[row] ?? 0, key);
        lines.push(this.#lines.lineOf(batch, row, key));
      }
      const bytes = Buffer.from(lines.join(''), 'utf8');
      this.#held.push({ source, rows, bytes });
      this.#heldBytes += bytes.length;
      if (this.#heldBytes > HELD_BYTES) await this.#stageHeld();
    }
    this.#rows += batch.length;
  }

  async discard(source: number): Promise<void> {
    this.#held = this.#held.filter((lines) => lines.source !== source);
    await this.#staged.discard(source);
  }

  async commit(
    record: ImportRecord,
    ledger: readonly LedgerChange[],
    revision: number,
    rivals: Rivals = 'alike',
  ): Promise<CommitResult | 'conflict'> {
    if (this.#rows === 0 && ledger.length === 0) return { newRows: 0 };
    const connection = this.#connection;
    return connection.withLock(this.#waitMs, async () => {
      const isStraight = await this.#mayGoStraight();
      // Ahead of the transaction: some servers make no table within one, though it be temporary.
      if (!isStraight) await this.#stageHeld();
      return connection.inTransaction(async () => {
        if (await hasConflict(connection, ledger, revision, rivals)) return 'conflict';
        const newRows = isStraight ? await this.#loadStraight() : await this.#staged.store();
        await writeLedger(connection, record, ledger, newRows);
        return { newRows };
      });
    });
  }

  async close(): Promise<void> {
    await this.#staged.drop();
  }

  /** Whether no row that is held can meet one of its key, here or in moduleT. */
  async #mayGoStraight(): Promise<boolean> {
    if (!this.#staged.isEmpty) return false;
    // A cluster that is set so commits LOAD DATA in parts: killed on the way, it would leave some of them.
    const [splitting] = await this.#connection.query("SHOW VARIABLES LIKE 'wsrep_load_data_splitting'");
    if (splitting?.[1] === 'ON') return false;
    const { days, areDistinct } = this.#heldTallies;
    if (!areDistinct || days.length === 0) return areDistinct;
    const [tally] = await this.#connection.query(
      `SELECT 1 FROM moduleT WHERE tally_day IN (${days.join(', ')}) AND tally_key IS NOT NULL LIMIT 1`,
    );
    return tally === undefined;
  }

  async #loadStraight(): Promise<number> {
    const rows = this.#held.reduce((sum, lines) => sum + lines.rows, 0);
    const pieces = this.#held.map(({ bytes }) => bytes);
    if (rows === 0) return 0;
    const stored = await this.#loader.load('moduleT', pieces, {});
    // LOAD DATA LOCAL passes over a row whose key is there, and does not call it an error.
    if (stored === rows) return rows;
    throw new AppError('STORE_FAILED', `${this.#connection.name}: of ${rows} rows the server has taken ${stored}`, {
      hint: 'Nothing was stored. Does another program write tallies into moduleT?',
    });
  }

  async #stageHeld(): Promise<void> {
    for (const { source, bytes } of this.#held) await this.#staged.add(bytes, source);
    this.#held = [];
    this.#heldBytes = 0;
    this.#heldTallies.forget();
  }
}

/** The keys of tallies that are held, to see whether one comes twice. */
class HeldTallies {
  areDistinct = true;
  #keys = new Map<number, Set<string>>();

  get days(): number[] {
    return [...this.#keys.keys()];
  }

  add(day: number, key: string): void {
    const ofDay = this.#keys.get(day);
    if (ofDay === undefined) this.#keys.set(day, new Set([key]));
    else if (ofDay.has(key)) this.areDistinct = false;
    else ofDay.add(key);
  }

  forget(): void {
    this.#keys = new Map();
  }
}
