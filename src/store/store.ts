import type { CatalogueSnapshot, ClusterCatalogue } from '../core/catalogue.ts';
import type { ContentPrint, ImportRecord, LedgerChange, LedgerEntry, PastImport } from '../core/ledger.ts';
import type { UsageBatch, UserDayBatch } from '../core/usage-batch.ts';
import type { Dimension, Measure, UsageFilter, UsageQuery, UsageRow } from '../core/usage-query.ts';

/**
 * The contract of a store: where usage is kept and asked for. Every store passes test/store/store-contract.ts.
 * All methods throw AppError with a STORE_ code.
 */
export interface Store {
  /** The store's URL without a password, for messages. */
  readonly name: string;

  /**
   * Makes the store where there is none, and leaves one that is there as it is.
   * @returns whether there was none
   */
  create(): Promise<boolean>;

  /** Makes the store where there is none and brings one that an older version has made up to date. */
  prepare(): Promise<void>;

  /** Removes the store with everything in it. A store that does not exist is no error. */
  drop(): Promise<void>;

  /** The ledger, and a mark by which `commit` knows whether it has changed since. */
  readLedger(): Promise<{ readonly revision: number; readonly entries: readonly LedgerEntry[] }>;

  /** The prints of some ledger entries. */
  readPrints(ids: readonly number[]): Promise<ReadonlyMap<number, ContentPrint>>;

  /** The imports of the store, in the order in which they were committed. */
  readHistory(): Promise<readonly PastImport[]>;

  /**
   * Begins an import. Nothing of it is seen by anybody before `commit`, and nothing is left of it where the
   * process dies before.
   */
  openImport(): Promise<StoreImport>;

  /**
   * A text that is another one once anything that can be asked for has changed; told at once, without looking at usage.
   */
  readState(): Promise<string>;

  /**
   * Asks several questions of one moment: what is asked of the store that `use` gets has answers between which nothing
   * was imported or removed. Others may have to wait until it returns.
   * @param use gets also the state of that moment, or of one before it
   */
  atOnce<T>(use: (store: Store, state: string) => Promise<T>): Promise<T>;

  /** Answers a question about usage. Rows come in no particular order. */
  select<D extends Dimension, M extends Measure>(query: UsageQuery<D, M>): Promise<UsageRow<D, M>[]>;

  /** Number of rows that `remove` would take away. */
  count(filter: UsageFilter): Promise<number>;

  /**
   * Hands out the rows that the filter lets through, in no particular order and in the shape in which imports hand
   * them in. The batches share one vocabulary.
   * @param use takes them in; others may have to wait for the store until it returns
   */
  readRows<T>(filter: UsageFilter, use: (rows: AsyncIterable<UsageBatch>) => Promise<T>): Promise<T>;

  /**
   * Hands out who has loaded what on which day, of the rows that the filter lets through, in no particular order. Rows
   * of which every load is known to have come along as a dependency are left out. The batches share one vocabulary.
   * @param use takes them in; others may have to wait for the store until it returns
   */
  readUserDays<T>(filter: UsageFilter, use: (days: AsyncIterable<UserDayBatch>) => Promise<T>): Promise<T>;

  /**
   * Removes the rows whose first load the filter lets through, all or none; returns their number.
   * @param archive takes in those very rows before they go; where it fails, they stay
   */
  remove(filter: UsageFilter, archive?: (rows: AsyncIterable<UsageBatch>) => Promise<void>): Promise<number>;

  /**
   * Removes all rows of one user, by exactly that name, and the name itself; returns the number of rows.
   * @param isDry whether they are only counted
   */
  forgetUser(user: string, isDry: boolean): Promise<number>;

  /**
   * Puts a snapshot into the catalogue, as a whole or not at all; one of the same cluster and day makes way for it.
   * @returns false where the catalogue had the very same already
   */
  addSnapshot(snapshot: CatalogueSnapshot): Promise<boolean>;

  /** What was installed on each cluster that has a snapshot. Clusters and stays come in no particular order. */
  readCatalogues(): Promise<ClusterCatalogue[]>;

  /** Gives connections and files back. The store cannot be used any more. */
  close(): Promise<void>;
}

/** An import under way. Whoever opened it closes it, committed or not. */
export interface StoreImport {
  /** Values of its rows that the store had to cut, because a column is narrower than modtally's own. */
  readonly cut: number;

  /**
   * Takes rows in: tallies, which add to those that are there, or loads of their own. All batches of an import share
   * one vocabulary.
   * @param source a number by which the rows can be discarded
   */
  add(batch: UsageBatch, source: number): Promise<void>;

  /** Forgets the rows of a source. */
  discard(source: number): Promise<void>;

  /**
   * Puts rows, ledger and history in, in one transaction.
   * @param revision the ledger's mark that the import was made by
   * @param rivals which imports since then are in its way: those that have taken in a content that begins with the
   *   same line as one of these, unless told otherwise, or any at all
   * @returns 'conflict' where there is such an import, and nothing is stored: the import has to be made anew, or
   *   committed again by another mark
   */
  commit(
    record: ImportRecord,
    ledger: readonly LedgerChange[],
    revision: number,
    rivals?: Rivals,
  ): Promise<CommitResult | 'conflict'>;

  /** Drops what was not committed. */
  close(): Promise<void>;
}

/** Imports that others have committed meanwhile: of contents that begin alike, or any at all. */
export type Rivals = 'alike' | 'any';

/** What a commit did. */
export interface CommitResult {
  /** Rows that were not there before. */
  readonly newRows: number;
}
