import { type LineFormat, type LineOutcome, type RejectReason, TOO_LONG } from '../core/line-outcome.ts';
import type { SiteZone } from '../core/site-zone.ts';
import type { UsageBatch } from '../core/usage-batch.ts';
import { type Clock, EARLIEST } from '../parse/line-time.ts';
import { parseLine } from '../parse/parse-line.ts';
import { eachLine } from './each-line.ts';
import type { GrowingVocabulary } from './growing-vocabulary.ts';
import type { IgnoreList } from './ignore-list.ts';
import { LineCount } from './line-count.ts';
import { LoadScanner } from './scan/load-scanner.ts';
import {
  createDailyTally,
  createLoadList,
  type DailyTally,
  type ImportMode,
  type UsageCollector,
} from './usage-collector.ts';

export interface LoadReaderOptions {
  readonly mode: ImportMode;
  readonly zone: SiteZone;
  /** Seconds since 1970 UTC. */
  readonly now: number;
  readonly ignore: IgnoreList;
  readonly vocabulary: GrowingVocabulary;
  /** How many bytes are scanned at a time. */
  readonly scanBytes: number;
}

/** The source that lines are of. */
export interface ReadSource {
  readonly format: LineFormat;
  /** When it was last written, seconds since 1970 UTC; null where unknown. */
  readonly writtenAt: number | null;
  /** Called with each rejected line; null stands for one that was too long to be held. */
  readonly onReject: (lineNumber: number, reason: RejectReason, line: string | null) => void;
}

/** Reads lines of one source after the other into rows, and counts what became of each line. */
export class LoadReader {
  readonly #options: LoadReaderOptions;
  readonly #tally: DailyTally | null;
  readonly #collector: UsageCollector;
  #scanner: LoadScanner | null = null;
  #source: ReadSource = { format: 'log', writtenAt: null, onReject: () => {} };
  #clock: Clock;
  #count = new LineCount();
  #lineNumber = 0;

  constructor(options: LoadReaderOptions) {
    const { mode, zone, now, vocabulary } = options;
    this.#options = options;
    this.#clock = { zone, now };
    this.#tally = mode === 'tally' ? createDailyTally(vocabulary, zone) : null;
    this.#collector = this.#tally ?? createLoadList(vocabulary, zone);
  }

  /** Begins with a source; what was read of the one before and not taken is forgotten. */
  begin(source: ReadSource): void {
    this.take();
    this.#count = new LineCount();
    this.#source = source;
    const { zone, now } = this.#options;
    // A file holds nothing later than its last change, which tells the year of an old log's lines.
    const { writtenAt } = source;
    this.#clock = { zone, now, writtenAt: writtenAt !== null && writtenAt > EARLIEST ? Math.min(now, writtenAt) : now };
  }

  /** What a line is. */
  read(line: string | null): LineOutcome {
    return line === null ? TOO_LONG : parseLine(line, this.#source.format, this.#clock);
  }

  /** Takes a line in; null stands for one that is too long to be held. */
  takeLine(line: string | null, lineNumber: number): void {
    const outcome = this.read(line);
    const count = this.#count;
    if (outcome.kind === 'skip') count.skip(outcome.reason);
    else if (outcome.kind === 'reject') {
      count.reject(outcome.reason);
      this.#source.onReject(lineNumber, outcome.reason, line);
    } else if (this.#options.ignore(outcome.load.module)) count.ignored++;
    else {
      count.loads++;
      this.#collector.add(outcome.load);
    }
  }

  /** Takes lines in, the last of which may lack its newline; returns their number. */
  takeLines(bytes: Uint8Array, firstLineNumber: number): number {
    const { scanner } = this;
    if (scanner === null) return eachLine(bytes, (line, index) => this.takeLine(line, firstLineNumber + index));
    return scanner.scan(bytes, (linesBefore) => {
      this.#lineNumber = firstLineNumber + linesBefore;
    });
  }

  /** Takes rows in that others have made of lines of this source, which it does not count. */
  takeRows(rows: UsageBatch): void {
    if (this.#tally === null) throw new Error('loads that are kept one by one are read here');
    this.#tally.addRows(rows);
  }

  /** The fast way, for those who put bytes into its input themselves; null where each load has to be seen. */
  get scanner(): LoadScanner | null {
    if (this.#tally === null || this.#source.format !== 'log') return null;
    const { zone, now, ignore, vocabulary, scanBytes } = this.#options;
    this.#scanner ??= new LoadScanner({
      zone,
      now,
      ignore,
      vocabulary,
      inputBytes: scanBytes,
      slow: (line, index) => this.takeLine(decode(line), this.#lineNumber + index),
    });
    return this.#scanner;
  }

  /** Takes in the lines of a stretch of the scanner's input; their numbers count from 0. */
  takeInput(from: number, to: number): number {
    this.#lineNumber = 0;
    return this.scanner?.kernel.scan(from, to) ?? 0;
  }

  /** Rows that wait to be taken. */
  get rows(): number {
    return this.#collector.length + (this.#scanner?.kernel.rows ?? 0);
  }

  /** The rows so far; the reader begins anew. */
  take(): UsageBatch {
    if (this.#tally !== null) this.#scanner?.flush(this.#tally, this.#count);
    return this.#collector.take();
  }

  /** What became of the source's lines; complete once everything was taken. */
  get count(): LineCount {
    return this.#count;
  }
}

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}
