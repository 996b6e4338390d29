import { AppError } from '../../core/app-error.ts';
import type { ImportRecord, LedgerChange } from '../../core/ledger.ts';
import type { UsageBatch } from '../../core/usage-batch.ts';
import type { CommitResult, Rivals, StoreImport } from '../store.ts';
import type { SummaryRule } from '../summary-rule.ts';
import { giveUpBatch, isUndecided, openBatch, withoutBatch } from './batches.ts';
import type { ClickhouseConnection } from './clickhouse-connection.ts';
import type { Decisions } from './decisions.ts';
import { hasConflict, writeLedger } from './ledger.ts';
import { countByMonth, type MonthRows, withRows } from './months.ts';
import { insertSettings, type Quorum, readQuorum, readSettings, tablesOf } from './schema.ts';
import { inCountedUsage, type StoreState } from './store-state.ts';
import { summariseOn } from './summaries.ts';
import { sweepOn } from './sweep.ts';
import { tallyKey } from './usage-filter.ts';
import { UsageRows } from './usage-rows.ts';
import { waitForLaggards } from './wait-for-laggards.ts';

/** Opens an import into a store whose schema is up to date. */
export async function openClickhouseImport(
  connection: ClickhouseConnection,
  decisions: Decisions,
  waitMs: number,
  summaries: SummaryRule,
): Promise<StoreImport> {
  return new ClickhouseImport(connection, decisions, { waitMs, summaries, quorum: await readQuorum(connection) });
}

interface ImportOptions {
  readonly waitMs: number;
  readonly summaries: SummaryRule;
  readonly quorum: Quorum;
}

/** Rows of one source that wait to be sent; one that is read again is another one. */
interface HeldRows {
  readonly source: number;
  readonly rows: number;
  /** How many of them are tallies. */
  readonly tallies: number;
  readonly bytes: Uint8Array;
}

/** Rows that are made into bytes at once: some hundred kilobytes. */
const ROWS_AT_ONCE = 4096;
/** Rows that are sent at once; below what a server makes into one block, so that it knows them again as a whole. */
const ROWS_SENT = 400_000;
const BYTES_SENT = 64 * 1024 * 1024;
/** Of the time of an import, further summaries than one are made in no more than this part. */
const SHARE_OF_SUMMARIES = 10;

/**
 * Sends its rows under the number of a batch, which does not count yet, and then lets it count by one decision. Of an
 * insert whose answer was lost nobody knows whether it was made: it is made again, servers pass over what they have
 * had, and before the decision all rows are counted.
 */
class ClickhouseImport implements StoreImport {
  readonly cut = 0;
  readonly #connection: ClickhouseConnection;
  readonly #decisions: Decisions;
  readonly #waitMs: number;
  readonly #summaries: SummaryRule;
  readonly #quorum: Quorum;
  readonly #openedAt = performance.now();
  readonly #rows = new UsageRows();
  #held: HeldRows[] = [];
  #heldRows = 0;
  #heldBytes = 0;
  #batch: number | null = null;
  /** Whether anything of the batch may be in the tables. */
  #isEmpty = true;
  #chunk = 0;
  /** The number under which rows of a source are sent, by the number that its reader gives it. */
  readonly #sources = new Map<number, number>();
  #lastSource = 0;
  #firstDay = Number.POSITIVE_INFINITY;
  #lastDay = Number.NEGATIVE_INFINITY;
  /** By source, the rows that were sent, and how many of them are tallies. */
  readonly #sent = new Map<number, { rows: number; tallies: number }>();
  readonly #discarded = new Set<number>();
  readonly #months = new Map<number, MonthRows>();

  constructor(connection: ClickhouseConnection, decisions: Decisions, { waitMs, summaries, quorum }: ImportOptions) {
    this.#connection = connection;
    this.#decisions = decisions;
    this.#waitMs = waitMs;
    this.#summaries = summaries;
    this.#quorum = quorum;
  }

  async add(batch: UsageBatch, of: number): Promise<void> {
    this.#rows.takeIn(batch);
    countByMonth(batch, this.#months);
    const isTally = batch.detail === null;
    const source = this.#sources.get(of) ?? ++this.#lastSource;
    this.#sources.set(of, source);
    for (const day of batch.day.subarray(0, batch.length)) {
      this.#firstDay = Math.min(this.#firstDay, day);
      this.#lastDay = Math.max(this.#lastDay, day);
    }
    for (let from = 0; from < batch.length; from += ROWS_AT_ONCE) {
      const rows = Math.min(ROWS_AT_ONCE, batch.length - from);
      const number = await this.#openBatch();
      const bytes = this.#rows.write(batch, from, rows, {
        batch: number,
        chunk: this.#chunk,
        source,
        isTally,
      });
      this.#held.push({ source, rows, tallies: isTally ? rows : 0, bytes });
      this.#heldRows += rows;
      this.#heldBytes += bytes.length;
      if (this.#heldRows > ROWS_SENT || this.#heldBytes > BYTES_SENT) await this.#send();
    }
  }

  async discard(of: number): Promise<void> {
    const source = this.#sources.get(of);
    if (source === undefined) return;
    // Should it be read again, it is not what does not count.
    this.#sources.delete(of);
    const kept = this.#held.filter((held) => held.source !== source);
    this.#held = kept;
    this.#heldRows = kept.reduce((sum, { rows }) => sum + rows, 0);
    this.#heldBytes = kept.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (this.#sent.has(source)) this.#discarded.add(source);
  }

  async commit(
    record: ImportRecord,
    ledger: readonly LedgerChange[],
    revision: number,
    rivals: Rivals = 'alike',
  ): Promise<CommitResult | 'conflict'> {
    await this.#send();
    const [rows, tallies] = [this.#countSent('rows'), this.#countSent('tallies')];
    if (rows === 0 && ledger.length === 0) return { newRows: 0 };
    const batch = await this.#openBatch();
    const settings = await insertSettings(this.#connection, this.#quorum.ofShared, this.#waitMs);
    await this.#requireAllRows();
    if (rows > 0) await waitForLaggards(this.#quorum);
    let newRows = rows;
    let isConflict = false;
    await this.#decisions.decide(this.#waitMs, async (state) => {
      if (!isUndecided(state, batch, this.#connection.name)) return null;
      isConflict = await hasConflict(this.#connection, state, ledger, { revision, rivals });
      if (isConflict) return null;
      if (tallies > 0) newRows = rows - tallies + (await this.#countNew(state, batch));
      this.#isEmpty = false;
      const { lastContent } = await writeLedger(this.#connection, state, { batch, record, newRows }, ledger, settings);
      return {
        lastContent,
        revision: state.revision + 1,
        changes: state.changes + 1,
        open: withoutBatch(state, batch),
        removals: [...state.removals, ...this.#removalOfDiscarded(batch)],
        months: withRows(state.months, this.#months),
      };
    });
    if (isConflict) return 'conflict';
    this.#batch = null;
    await sweepOn(this.#connection, this.#decisions);
    const forMs = (performance.now() - this.#openedAt) / SHARE_OF_SUMMARIES;
    await summariseOn(this.#connection, this.#decisions, { rule: this.#summaries, waitMs: this.#waitMs, forMs });
    return { newRows };
  }

  async close(): Promise<void> {
    // Should that fail, the batch is given up by whoever opens one when this process has ended.
    if (this.#batch !== null) {
      await giveUpBatch(this.#decisions, 0, this.#batch, this.#isEmpty).catch(() => {});
    }
    this.#batch = null;
  }

  async #openBatch(): Promise<number> {
    if (this.#batch === null) {
      this.#batch = await openBatch(this.#decisions, this.#waitMs);
      this.#isEmpty = true;
    }
    return this.#batch;
  }

  async #send(): Promise<void> {
    if (this.#held.length === 0) return;
    const connection = this.#connection;
    const settings = await insertSettings(connection, this.#quorum.ofUsage, this.#waitMs);
    const bytes = Buffer.concat(this.#held.map((held) => held.bytes));
    // A server alone does not know again what it has had.
    const waitMs = connection.cluster === null ? 0 : this.#waitMs;
    const batch = await this.#openBatch();
    await connection.persist(waitMs, async () => {
      isUndecided(await this.#decisions.read(), batch, connection.name);
      this.#isEmpty = false;
      await connection.insert(tablesOf(connection).usage, bytes, settings);
    });
    for (const { source, rows, tallies } of this.#held) {
      const before = this.#sent.get(source) ?? { rows: 0, tallies: 0 };
      this.#sent.set(source, { rows: before.rows + rows, tallies: before.tallies + tallies });
    }
    this.#held = [];
    this.#heldRows = 0;
    this.#heldBytes = 0;
    this.#chunk += 1;
  }

  #countSent(of: 'rows' | 'tallies'): number {
    return [...this.#sent].reduce((sum, [source, sent]) => sum + (this.#discarded.has(source) ? 0 : sent[of]), 0);
  }

  /** Days between which all rows of the batch are: other months need not be looked at. */
  #ofDays(): string {
    return `day BETWEEN ${this.#firstDay} AND ${this.#lastDay}`;
  }

  /** Rows of the batch that are to count. */
  #ofBatch(batch: number): string {
    const discarded = this.#discarded.size === 0 ? '' : ` AND source NOT IN (${[...this.#discarded].join(', ')})`;
    return `batch = ${batch} AND ${this.#ofDays()}${discarded}`;
  }

  async #requireAllRows(): Promise<void> {
    const expected = this.#countSent('rows');
    if (expected === 0 || this.#batch === null) return;
    const { usage } = tablesOf(this.#connection);
    const sql = `SELECT sum(n) FROM (SELECT count() AS n FROM ${usage} WHERE ${this.#ofBatch(this.#batch)})`;
    const deadline = performance.now() + this.#waitMs;
    while (true) {
      const [row] = await this.#connection.persist(this.#waitMs, () =>
        this.#connection.query(sql, readSettings(this.#connection)),
      );
      const found = Number(row?.[0] ?? 0);
      if (found === expected) return;
      // Fewer may be there because the last insert still waits for its replicas.
      if (found > expected || performance.now() > deadline) {
        throw new AppError(
          'STORE_FAILED',
          `${this.#connection.name}: of ${expected} rows sent the servers have ${found}`,
          {
            hint: 'Nothing was stored. Run it again.',
          },
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  /** Tallies of the batch of which the store has no row yet. */
  async #countNew(state: StoreState, batch: number): Promise<number> {
    const { usage, usageHere } = tablesOf(this.#connection);
    const own = `${this.#ofBatch(batch)} AND is_tally = 1`;
    // A late load may lie years before the others: of what is between them no more is held than the batch has.
    const [row] = await this.#connection.query(
      `SELECT sum(n) FROM (
         SELECT uniqExact(${tallyKey}) AS n FROM ${usage}
         WHERE ${own} AND (${tallyKey}) NOT IN (
           SELECT ${tallyKey} FROM ${usageHere}
           WHERE is_tally = 1 AND ${this.#ofDays()} AND ${inCountedUsage(state)}
             AND (${tallyKey}) IN (SELECT ${tallyKey} FROM ${usageHere} WHERE ${own})))`,
      readSettings(this.#connection),
    );
    return Number(row?.[0] ?? 0);
  }

  #removalOfDiscarded(batch: number): StoreState['removals'] {
    if (this.#discarded.size === 0) return [];
    const where = `batch = ${batch} AND source IN (${[...this.#discarded].join(', ')})`;
    return [{ batch, lastBatch: batch, except: [], where }];
  }
}
