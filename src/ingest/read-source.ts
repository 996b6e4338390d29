import type { ContentPrint } from '../core/ledger.ts';
import type { LineOutcome } from '../core/line-outcome.ts';
import type { OpenSource, PlainFile } from '../source/source.ts';
import { BLOCK_BYTES, HEAD_BYTES, hashLine, type PrintBuilder } from './content-print.ts';
import { BeginningMatcher, type Candidate, type KnownBeginning } from './known-beginning.ts';
import { cutIntoPieces, type Piece } from './line-pieces.ts';
import { findLastLineEnd, readFully } from './scan/file-stretch.ts';

/** What is done with the new lines of a source. Their numbers count from 1 in the whole source. */
export interface LineReader {
  /** What a line is. */
  read(line: string): LineOutcome;
  /** Takes a line in; null stands for one that is too long to be held. */
  takeLine(line: string | null, lineNumber: number): void;
  /** Takes lines in, the last of which may lack its newline; returns their number. */
  takeLines(bytes: Uint8Array, firstLineNumber: number): number;
  /** Called between pieces, each of a megabyte or so, to get rid of what has gathered. */
  drain(): Promise<void>;
  /** Takes the lines of a part of a large file in, with several threads; null where that is not to be done. */
  readonly scanner: FileScanner | null;
}

/** Scans a part of a file. */
export interface FileScanner {
  /** Files in which less than this is left are not worth the threads. */
  readonly leastBytes: number;
  /**
   * @param from the beginning of a line
   * @param to behind a newline
   * @throws ScanAbandoned
   */
  scan(file: PlainFile, from: number, to: number, firstLineNumber: number): Promise<ScannedPart>;
}

/** What was found in a part of a file. */
export interface ScannedPart {
  readonly lines: number;
  /** XXH64 of the blocks of the print, from the one that the part begins in to the last whole one. */
  readonly blocks: BigUint64Array;
}

/** Something in the file is only read rightly piece by piece. Nothing of the source may be kept. */
export class ScanAbandoned extends Error {}

/** What became of a source that was read to its end. */
export interface SourceReading {
  /** Null where the source holds no whole line. */
  readonly print: ContentPrint | null;
  readonly firstLine: number;
  /** Bytes and lines that were known before. */
  readonly known: KnownBeginning;
  readonly knownLines: number;
  /** New lines, all of which were accepted. */
  readonly newLines: number;
  /** Whether a last line without its newline was left for the next time. */
  readonly tailWaits: boolean;
}

/** A last line that nobody has ended for a day will not be ended any more. */
const STALE_SECONDS = 86_400;

/**
 * Reads a source: passes over what the ledger knows of it and hands each new line to the reader, once and
 * in order.
 * @param findCandidates the ledger's contents that may begin with a line of this hash and number of bytes
 * @param now seconds since 1970 UTC
 */
export async function readSource(
  source: OpenSource,
  findCandidates: (firstLine: number, lineBytes: number) => Promise<readonly Candidate[]>,
  reader: LineReader,
  now: number,
  onRead: (rawBytes: number) => void,
): Promise<SourceReading> {
  const isFinal = source.isFinal || (source.writtenAt !== null && now - source.writtenAt > STALE_SECONDS);
  // Set by `take`, which the compiler does not see.
  let walk = null as ContentWalk | null;
  let firstLine = 0;
  let scanned: number | null = null;
  /** The print at the end of the last whole line, while a line is being passed on in parts. */
  let atLineStart: PrintBuilder | null = null;
  let tailWaits = false;

  /** Takes a piece in; false where it waits for the next time. */
  async function take(piece: Piece): Promise<boolean> {
    if (walk === null) {
      const line = firstLineOf(piece.bytes);
      firstLine = hashLine(line);
      walk = new ContentWalk(await findCandidates(firstLine, line.length), reader);
    }
    if (piece.kind === 'part') atLineStart ??= walk.builder.fork();
    else if (piece.kind === 'tail') {
      if (!isFinal && !isWholeRecord(piece, reader)) {
        tailWaits = piece.isTooLong || piece.bytes.some((byte) => byte > 32);
        return false;
      }
      atLineStart = null;
    } else atLineStart = null;
    walk.add(piece);
    await reader.drain();
    return true;
  }

  for await (const piece of cutIntoPieces(source.chunks(onRead))) {
    if (!(await take(piece))) break;
    scanned = piece.kind === 'lines' && source.plain !== null ? await scanRest(walk, source.plain, reader) : null;
    if (scanned !== null) break;
  }
  if (scanned !== null) for await (const piece of cutIntoPieces(source.chunks(onRead, scanned))) await take(piece);
  if (walk === null) return { print: null, firstLine, known: noBeginning, knownLines: 0, newLines: 0, tailWaits };
  const { known, knownLines, newLines } = walk.end();
  const print = (atLineStart ?? walk.builder).print();
  return { print: print.length === 0 ? null : print, firstLine, known, knownLines, newLines, tailWaits };
}

/**
 * Has threads scan a large file from here to its last newline, where nothing of that can be known any more.
 * @returns where they have ended; null where they were not asked
 */
async function scanRest(walk: ContentWalk | null, file: PlainFile, reader: LineReader): Promise<number | null> {
  const { scanner } = reader;
  if (walk === null || scanner === null || !walk.isDecided || walk.builder.length < HEAD_BYTES) return null;
  if (file.bytes - walk.builder.length < scanner.leastBytes) return null;
  const end = findLastLineEnd(file);
  if (end === null || end <= walk.builder.length) return null;
  await walk.scan(file, end, scanner);
  return end;
}

const noBeginning: KnownBeginning = { length: 0, continues: null };
const NEWLINE = 10;

function firstLineOf(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(NEWLINE);
  return bytes.subarray(0, Math.min(end < 0 ? bytes.length : end, HEAD_BYTES));
}

/**
 * Whether a last line without its newline is all there nevertheless: a load whose last field is a time down to
 * the microsecond, as Lmod's hook writes it, or a JSON record that is closed.
 */
function isWholeRecord(piece: Piece, reader: LineReader): boolean {
  if (piece.isTooLong) return false;
  const text = decode(piece.bytes).trimEnd();
  if (reader.read(text).kind !== 'load') return false;
  return text.endsWith('}') || /[\s,]time=(["']?)\d{10}\.\d{6}\1$/i.test(text);
}

/** Keeps pieces back as long as they may be known, and hands on the lines of those that are not. */
class ContentWalk {
  readonly builder: PrintBuilder;
  readonly #matcher: BeginningMatcher;
  readonly #reader: LineReader;
  /** Pieces not yet known to be known, with the offset of each; empty once the beginning is decided. */
  #undecided: { piece: Piece; offset: number }[] = [];
  #decided: KnownBeginning | null = null;
  #knownLines = 0;
  #newLines = 0;

  constructor(candidates: readonly Candidate[], reader: LineReader) {
    this.#matcher = new BeginningMatcher(candidates);
    this.builder = this.#matcher.builder;
    this.#reader = reader;
    if (candidates.length === 0) this.#decided = noBeginning;
  }

  /** Whether all that follows is new. */
  get isDecided(): boolean {
    return this.#decided !== null;
  }

  /** Has everything from here to behind a newline scanned by threads. */
  async scan(file: PlainFile, to: number, scanner: FileScanner): Promise<void> {
    const { builder } = this;
    const linesBefore = builder.lines;
    const firstLineNumber = this.#knownLines + this.#newLines + 1;
    const { lines, blocks } = await scanner.scan(file, builder.length, to, firstLineNumber);
    const from = builder.rewindToBlock() + blocks.length * BLOCK_BYTES;
    builder.addBlocks(blocks);
    const rest = new Uint8Array(to - from);
    if (!readFully(file.fd, rest, from)) throw new ScanAbandoned();
    builder.add(rest);
    builder.lines = linesBefore + lines;
    this.#newLines += lines;
  }

  add(piece: Piece): void {
    const offset = this.builder.length;
    if (this.#decided !== null) {
      this.builder.add(piece.bytes);
      this.#handOn(piece, 0);
      return;
    }
    this.#matcher.add(piece.bytes);
    this.#undecided.push({ piece, offset });
    if (this.#matcher.isUndecided) this.#forget(this.#matcher.known.length);
    else this.#decide(this.#matcher.known);
  }

  end(): { known: KnownBeginning; knownLines: number; newLines: number } {
    if (this.#decided === null) this.#decide(this.#matcher.end());
    return { known: this.#decided ?? noBeginning, knownLines: this.#knownLines, newLines: this.#newLines };
  }

  #decide(known: KnownBeginning): void {
    this.#decided = known;
    this.#forget(known.length);
    for (const { piece, offset } of this.#undecided) this.#handOn(piece, Math.max(0, known.length - offset));
    this.#undecided = [];
  }

  /** Lets go of pieces that lie wholly within what is known. */
  #forget(known: number): void {
    while (true) {
      const first = this.#undecided[0];
      if (first === undefined || first.offset + first.piece.bytes.length > known) return;
      this.#knownLines += countLines(first.piece);
      this.#undecided.shift();
    }
  }

  /** Hands on the lines of a piece from a place on; a line that is known in part is known. */
  #handOn(piece: Piece, from: number): void {
    const { bytes, kind } = piece;
    if (kind === 'part') return;
    let at = 0;
    if (from > 0) {
      const isLineStart = bytes[from - 1] === NEWLINE;
      const next = bytes.indexOf(NEWLINE, from) + 1;
      at = isLineStart ? from : next === 0 ? bytes.length : next;
      this.#knownLines += countLines({ ...piece, bytes: bytes.subarray(0, at) });
    }
    const lineNumber = this.#knownLines + this.#newLines + 1;
    if (!piece.isTooLong) this.#newLines += this.#reader.takeLines(bytes.subarray(at), lineNumber);
    else if (at === 0) {
      this.#newLines++;
      this.#reader.takeLine(null, lineNumber);
    }
  }
}

/** Lines that end in a piece, or would but for the end of the content. */
function countLines({ bytes, kind }: Piece): number {
  if (kind === 'part') return 0;
  let lines = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines++;
  return bytes.length > 0 && bytes[bytes.length - 1] !== NEWLINE ? lines + 1 : lines;
}

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}
