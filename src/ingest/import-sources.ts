import { AppError } from '../core/app-error.ts';
import type { ImportSummary } from '../core/import-summary.ts';
import type { LineOutcome, RejectReason } from '../core/line-outcome.ts';
import type { SiteZone } from '../core/site-zone.ts';
import { type Clock, EARLIEST } from '../parse/line-time.ts';
import { parseLine } from '../parse/parse-line.ts';
import type { LineSource, OpenSource } from '../source/source.ts';
import type { ImportMode, Store, StoreImport } from '../store/store.ts';
import { GrowingVocabulary } from './growing-vocabulary.ts';
import type { IgnoreList } from './ignore-list.ts';
import { KnownContents } from './known-contents.ts';
import { LineCount } from './line-count.ts';
import { type LineReader, readSource, type SourceReading } from './read-source.ts';
import { createDailyTally, createLoadList, type UsageCollector } from './usage-collector.ts';

export interface ImportOptions {
  readonly mode: ImportMode;
  /** The site's zone: days are counted by it, and times without a zone are read by it. */
  readonly zone: SiteZone;
  readonly ignore: IgnoreList;
  /** Seconds since 1970 UTC. */
  readonly now: number;
  /** Whether a rejected line ends the whole import, with nothing stored. */
  readonly strict: boolean;
  readonly rejects: RejectSink;
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

/** Rows of one source that are held in memory before the store takes them. */
const ROWS_HELD = 500_000;

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
    const storeImport = await store.openImport(options.mode);
    try {
      options.rejects.restart();
      const run = new ImportRun(storeImport, known, options);
      for (const [index, source] of sources.entries()) await run.take(source, index);
      const result = await run.commit(revision);
      if (result !== 'conflict') return result;
    } catch (error) {
      options.rejects.restart();
      throw error;
    } finally {
      await storeImport.close();
    }
  }
}

const TOO_LONG: LineOutcome = { kind: 'reject', reason: 'too long' };

class ImportRun {
  readonly #storeImport: StoreImport;
  readonly #known: KnownContents;
  readonly #options: ImportOptions;
  readonly #vocabulary = new GrowingVocabulary();
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
      await this.#storeImport.discard(index);
      this.#options.rejects.discard();
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
    const reader = new LoadReader(this.#storeImport, this.#vocabulary, this.#options, source, opened, index);
    const reading = await readSource(
      opened,
      (firstLine, lineBytes) => this.#known.findByFirstLine(firstLine, lineBytes),
      reader,
      this.#options.now,
      (rawBytes) => this.#options.onProgress(rawBytes, 0),
    );
    await reader.finish();
    this.#total.add(reader.count);
    this.#account(source, opened.stamp, reading);
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
      cut: this.#vocabulary.cut + result.cut,
      waiting: this.#waiting,
      failures: this.#failures,
    };
    return { summary, complete: this.#complete };
  }
}

/** Reads the lines of one source into rows for the store, and counts what became of each line. */
class LoadReader implements LineReader {
  readonly count = new LineCount();
  readonly #storeImport: StoreImport;
  readonly #options: ImportOptions;
  readonly #source: LineSource;
  readonly #index: number;
  readonly #clock: Clock;
  readonly #collector: UsageCollector;
  #linesTold = 0;

  constructor(
    storeImport: StoreImport,
    vocabulary: GrowingVocabulary,
    options: ImportOptions,
    source: LineSource,
    opened: OpenSource,
    index: number,
  ) {
    const { zone, now, mode } = options;
    this.#storeImport = storeImport;
    this.#options = options;
    this.#source = source;
    this.#index = index;
    // A file holds nothing later than its last change, which tells the year of an old log's lines.
    const { writtenAt } = opened;
    this.#clock = { zone, now, writtenAt: writtenAt !== null && writtenAt > EARLIEST ? Math.min(now, writtenAt) : now };
    this.#collector = mode === 'tally' ? createDailyTally(vocabulary, zone) : createLoadList(vocabulary, zone);
  }

  read(line: string | null): LineOutcome {
    return line === null ? TOO_LONG : parseLine(line, this.#source.format, this.#clock);
  }

  accept(outcome: LineOutcome, lineNumber: number, line: string | null): void {
    const { count } = this;
    if (outcome.kind === 'skip') count.skip(outcome.reason);
    else if (outcome.kind === 'reject') {
      count.reject(outcome.reason);
      if (this.#options.strict) {
        throw new AppError('INPUT_REJECTED', `${this.#source.name}:${lineNumber}: rejected (${outcome.reason})`, {
          hint: 'Nothing was imported. Without --strict such lines are left out and counted.',
        });
      }
      this.#options.rejects.add(this.#source.name, lineNumber, outcome.reason, line);
    } else if (this.#options.ignore(outcome.load.module)) count.ignored++;
    else {
      count.loads++;
      this.#collector.add(outcome.load);
    }
  }

  async drain(): Promise<void> {
    const { lines } = this.count.totals;
    this.#options.onProgress(0, lines - this.#linesTold);
    this.#linesTold = lines;
    if (this.#collector.length > ROWS_HELD) await this.finish();
  }

  /** Hands everything that was read to the store. */
  async finish(): Promise<void> {
    if (this.#collector.length > 0) await this.#storeImport.add(this.#collector.take(), this.#index);
  }
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, n) => total + n, 0);
}
