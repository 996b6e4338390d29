import { AppError } from '../core/app-error.ts';
import type { ImportSummary } from '../core/import-summary.ts';
import type { RejectReason } from '../core/line-outcome.ts';
import type { SiteZone } from '../core/site-zone.ts';
import type { LineSource, OpenSource } from '../source/source.ts';
import type { Store, StoreImport } from '../store/store.ts';
import { type Disguise, GrowingVocabulary } from './growing-vocabulary.ts';
import type { IgnoreList } from './ignore-list.ts';
import { KnownContents } from './known-contents.ts';
import { LineCount } from './line-count.ts';
import { LoadReader } from './load-reader.ts';
import { readSource, ScanAbandoned, type SourceReading } from './read-source.ts';
import { ScanPool } from './scan/scan-pool.ts';
import { SourceReader } from './source-reader.ts';
import type { ImportMode } from './usage-collector.ts';

export interface ImportOptions {
  readonly mode: ImportMode;
  /** The site's zone: days are counted by it, and times without a zone are read by it. */
  readonly zone: SiteZone;
  readonly ignore: IgnoreList;
  /** Seconds since 1970 UTC. */
  readonly now: number;
  /** Whether a rejected line ends the whole import, with nothing stored. */
  readonly strict: boolean;
  /** How many threads scan a large file; with one, it is read where everything else is done. */
  readonly threads: number;
  readonly rejects: RejectSink;
  /** What users are kept as; null for their names. */
  readonly disguise: Disguise | null;
  /** Called often, with what has been read since the last call. */
  readonly onProgress: (rawBytes: number, lines: number) => void;
}

/** Where rejected lines go. */
export interface RejectSink {
  /** Forgets what was added, and takes back what was kept: the import begins anew, or has failed. */
  restart(): void;
  /** What is added from here on is of another source. */
  begin(): void;
  /** Forgets what was added since `begin`: the source could not be read to its end. */
  discard(): void;
  add(source: string, lineNumber: number, reason: RejectReason, line: string | null): void;
  /** Keeps what was added, just before the import is committed. */
  keep(): Promise<void>;
}

/** What an import did. */
export interface ImportResult {
  readonly summary: ImportSummary;
  /** Sources all of whose lines are safely in. */
  readonly complete: readonly LineSource[];
}

/**
 * Imports sources, all of them in one transaction: what was imported before is passed over, everything else is
 * in when this returns, or nothing is. A source that cannot be read to its end is left out as a whole.
 * @throws AppError of the store, or INPUT_REJECTED
 */
export async function importSources(
  store: Store,
  sources: readonly LineSource[],
  options: ImportOptions,
): Promise<ImportResult> {
  while (true) {
    const { revision, entries } = await store.readLedger();
    const known = new KnownContents(entries, (ids) => store.readPrints(ids));
    const storeImport = await store.openImport();
    const run = new ImportRun(storeImport, known, options);
    try {
      options.rejects.restart();
      for (const [index, source] of sources.entries()) await run.take(source, index);
      const result = await run.commit(revision);
      if (result !== 'conflict') return result;
    } catch (error) {
      options.rejects.restart();
      throw error;
    } finally {
      await run.close();
      await storeImport.close();
    }
  }
}

/** How much is scanned at a time where one thread does it all. */
const SCAN_BYTES = 1024 * 1024;

class ImportRun {
  readonly #storeImport: StoreImport;
  readonly #known: KnownContents;
  readonly #options: ImportOptions;
  readonly #vocabulary: GrowingVocabulary;
  readonly #reader: LoadReader;
  readonly #pool: ScanPool | null;
  readonly #total = new LineCount();
  readonly #waiting: string[] = [];
  readonly #failures: { name: string; message: string; hint: string }[] = [];
  readonly #complete: LineSource[] = [];
  #files = 0;
  #bytes = 0;
  #already = 0;

  constructor(storeImport: StoreImport, known: KnownContents, options: ImportOptions) {
    this.#storeImport = storeImport;
    this.#known = known;
    this.#options = options;
    const { mode, zone, now, ignore, threads, disguise } = options;
    const vocabulary = new GrowingVocabulary(undefined, disguise);
    this.#vocabulary = vocabulary;
    this.#reader = new LoadReader({ mode, zone, now, ignore, vocabulary, scanBytes: SCAN_BYTES });
    // Loads that are kept one by one have to be seen one by one.
    const usesThreads = threads > 1 && mode === 'tally';
    this.#pool = usesThreads ? new ScanPool({ threads, zone, now, ignore, vocabulary }) : null;
  }

  /** Ends what the run has started. */
  async close(): Promise<void> {
    await this.#pool?.close();
  }

  /** Takes one source in. What is wrong with the source is noted, what is wrong with the store is thrown. */
  async take(source: LineSource, index: number): Promise<void> {
    this.#options.rejects.begin();
    try {
      const opened = await source.open();
      try {
        await this.#takeOpened(source, opened, index);
      } finally {
        await opened.close();
      }
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'INPUT') throw error;
      await this.#discard(index);
      this.#failures.push({ name: source.name, message: error.message, hint: error.hint });
    }
  }

  async #takeOpened(source: LineSource, opened: OpenSource, index: number): Promise<void> {
    const seen = this.#known.findByStamp(opened.stamp);
    if (seen !== undefined && !seen.tailWaits) {
      this.#files++;
      this.#already += seen.lines;
      this.#complete.push(source);
      this.#options.onProgress(opened.rawBytes ?? 0, seen.lines);
      return;
    }
    let reading: SourceReading;
    try {
      reading = await this.#read(source, opened, index, source.format === 'log' ? this.#pool : null);
    } catch (error) {
      if (!(error instanceof ScanAbandoned)) throw error;
      await this.#discard(index);
      reading = await this.#read(source, opened, index, null);
    }
    this.#total.add(this.#reader.count.totals);
    this.#account(source, opened.stamp, reading);
  }

  async #read(source: LineSource, opened: OpenSource, index: number, pool: ScanPool | null): Promise<SourceReading> {
    const { onProgress, now } = this.#options;
    const { writtenAt } = opened;
    const onReject = (lineNumber: number, reason: RejectReason, line: string | null): void =>
      this.#reject(source, lineNumber, reason, line);
    this.#reader.begin({ format: source.format, writtenAt, onReject });
    const reader = new SourceReader({
      reader: this.#reader,
      pool,
      writtenAt,
      addRows: (batch) => this.#storeImport.add(batch, index),
      onReject,
      onProgress,
    });
    const reading = await readSource(
      opened,
      (firstLine, lineBytes) => this.#known.findByFirstLine(firstLine, lineBytes),
      reader,
      now,
      (rawBytes) => onProgress(rawBytes, 0),
    );
    await reader.finish();
    return reading;
  }

  #reject(source: LineSource, lineNumber: number, reason: RejectReason, line: string | null): void {
    if (this.#options.strict) {
      throw new AppError('INPUT_REJECTED', `${source.name}:${lineNumber}: rejected (${reason})`, {
        hint: 'Nothing was imported. Without --strict such lines are left out and counted.',
      });
    }
    this.#options.rejects.add(source.name, lineNumber, reason, line);
  }

  /** Forgets all that has come of a source. */
  async #discard(index: number): Promise<void> {
    await this.#storeImport.discard(index);
    this.#options.rejects.discard();
  }

  #account(source: LineSource, stamp: string | null, reading: SourceReading): void {
    const { print, firstLine, known, tailWaits } = reading;
    this.#files++;
    this.#already += reading.knownLines;
    if (tailWaits) this.#waiting.push(source.name);
    else this.#complete.push(source);
    if (print === null) return;
    this.#bytes += Math.max(0, print.length - known.length);
    const isNew = print.length > known.length;
    // A shorter copy of a known content, or one that shares its end with several: the ledger has it already.
    if (!isNew && known.continues === null) return;
    const change = { id: known.continues, firstLine, name: source.name, stamp, tailWaits };
    this.#known.record({ ...change, print: isNew ? print : null });
  }

  async commit(revision: number): Promise<ImportResult | 'conflict'> {
    const { files, loads, ignored, lines, skipped, rejected } = { files: this.#files, ...this.#total.totals };
    const account = { files, lines, loads, ignored, already: this.#already };
    await this.#options.rejects.keep();
    const record = {
      ...account,
      startedAt: this.#options.now,
      zone: this.#options.zone.name,
      skipped: sum(skipped),
      rejected: sum(rejected),
    };
    const result = await this.#storeImport.commit(record, this.#known.changes, revision);
    if (result === 'conflict') return 'conflict';
    const summary = {
      ...account,
      bytes: this.#bytes,
      skipped,
      rejected,
      newRows: result.newRows,
      cut: this.#vocabulary.cut + this.#storeImport.cut,
      waiting: this.#waiting,
      failures: this.#failures,
    };
    return { summary, complete: this.#complete };
  }
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, n) => total + n, 0);
}
