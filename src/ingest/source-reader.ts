import type { LineOutcome, RejectReason } from '../core/line-outcome.ts';
import type { UsageBatch } from '../core/usage-batch.ts';
import type { PlainFile } from '../source/source.ts';
import { BLOCK_BYTES } from './content-print.ts';
import type { LoadReader } from './load-reader.ts';
import { type FileScanner, type LineReader, ScanAbandoned, type ScannedPart } from './read-source.ts';
import { type ScanPool, STRETCH_BYTES } from './scan/scan-pool.ts';

export interface SourceReaderOptions {
  readonly reader: LoadReader;
  /** Threads for a large file; null where they are not to be used. */
  readonly pool: ScanPool | null;
  /** When the source was last written, seconds since 1970 UTC; null where unknown. */
  readonly writtenAt: number | null;
  readonly addRows: (batch: UsageBatch) => Promise<void>;
  readonly onReject: (lineNumber: number, reason: RejectReason, line: string | null) => void;
  /** Called often, with what has been read since the last call. */
  readonly onProgress: (rawBytes: number, lines: number) => void;
}

/** Rows of one source that are held in memory before the store takes them. */
const ROWS_HELD = 500_000;

/** Brings the lines of one source to the reader and its rows to the store. */
export class SourceReader implements LineReader {
  readonly scanner: FileScanner | null;
  readonly #options: SourceReaderOptions;
  #lines = 0;
  #linesTold = 0;

  constructor(options: SourceReaderOptions) {
    this.#options = options;
    const { pool } = options;
    const scan: FileScanner['scan'] | null =
      pool === null ? null : (file, from, to, firstLineNumber) => this.#scan(pool, file, { from, to, firstLineNumber });
    this.scanner = scan === null ? null : { leastBytes: 4 * STRETCH_BYTES, scan };
  }

  read(line: string): LineOutcome {
    return this.#options.reader.read(line);
  }

  takeLine(line: string | null, lineNumber: number): void {
    this.#options.reader.takeLine(line, lineNumber);
    this.#lines++;
  }

  takeLines(bytes: Uint8Array, firstLineNumber: number): number {
    const lines = this.#options.reader.takeLines(bytes, firstLineNumber);
    this.#lines += lines;
    return lines;
  }

  async drain(): Promise<void> {
    this.#options.onProgress(0, this.#lines - this.#linesTold);
    this.#linesTold = this.#lines;
    if (this.#options.reader.rows > ROWS_HELD) await this.finish();
  }

  /** Hands everything that was read to the store. */
  async finish(): Promise<void> {
    const batch = this.#options.reader.take();
    if (batch.length > 0) await this.#options.addRows(batch);
  }

  async #scan(
    pool: ScanPool,
    { fd }: PlainFile,
    { from, to, firstLineNumber }: { readonly from: number; readonly to: number; readonly firstLineNumber: number },
  ): Promise<ScannedPart> {
    const { reader, writtenAt, onReject, onProgress } = this.#options;
    const hashed: BigUint64Array[] = [];
    let lines = 0;
    const totals = await pool.scan({ fd, from, to, stretchBytes: STRETCH_BYTES }, writtenAt, {
      // Each thread has rows of its own for a tally: the store gets them as one.
      rows: async (batch) => {
        reader.takeRows(batch);
        if (reader.rows > ROWS_HELD) await this.finish();
      },
      stretch(reading) {
        const first = firstLineNumber + lines;
        for (const { lineIndex, reason, line } of reading.rejects) onReject(first + lineIndex, reason, line);
        lines += reading.lines;
        hashed.push(reading.blocks);
        onProgress(reading.blocks.length * BLOCK_BYTES, reading.lines);
      },
    });
    if (totals === null) throw new ScanAbandoned();
    reader.count.add(totals);
    return { lines, blocks: concat(hashed) };
  }
}

function concat(parts: readonly BigUint64Array[]): BigUint64Array {
  const whole = new BigUint64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
