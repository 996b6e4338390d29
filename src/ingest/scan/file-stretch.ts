import { readSync } from 'node:fs';
import type { PlainFile } from '../../source/source.ts';
import { BLOCK_BYTES } from '../content-print.ts';
import type { LoadReader } from '../load-reader.ts';

/** Lines of a file that are scanned by several threads: from the beginning of a line to behind a newline, in bytes. */
export interface FileRange {
  readonly fd: number;
  readonly from: number;
  readonly to: number;
  /** Where the range is cut into stretches: at the multiples of this, which blocks of the print divide. */
  readonly stretchBytes: number;
}

/** What was found in a stretch. */
export interface StretchReading {
  /** Lines that begin in it. */
  readonly lines: number;
  /** XXH64 of each whole block of the print that lies in it. */
  readonly blocks: BigUint64Array;
}

const NEWLINE = 10;

/** How far a line may reach beyond its stretch. */
export const OVERLAP_BYTES: number = 1024 * 1024;
/** Read beyond a stretch at first: as a rule, lines are short. */
const SHORT_OVERLAP_BYTES = 16_384;

/** Number of stretches of a range. The first begins with the block that the range begins in. */
export function countStretches({ from, to, stretchBytes }: FileRange): number {
  return Math.ceil(to / stretchBytes) - Math.floor(from / stretchBytes);
}

/**
 * Scans the lines that begin within a stretch, or at its end; those at its beginning are the last of the stretch
 * before it. So every line is scanned exactly once, wherever the cuts are.
 * @param reader whose scanner has room for a stretch and the overlap
 * @param index from 0
 * @returns null where the file has become shorter, or a line is too long to be scanned so
 */
export function scanStretch(reader: LoadReader, range: FileRange, index: number): StretchReading | null {
  const kernel = reader.scanner?.kernel;
  if (kernel === undefined) throw new Error('the reader has no scanner');
  const firstCut = Math.floor(range.from / range.stretchBytes) * range.stretchBytes;
  const start = firstCut + index * range.stretchBytes;
  const isFirst = start <= range.from;
  const begin = isFirst ? range.from - (range.from % BLOCK_BYTES) : start;
  const end = Math.min(start + range.stretchBytes, range.to);

  // A newline at the end of the stretch before it would be ours to look for, and is that stretch's last byte.
  const { input } = kernel;
  let wanted = Math.min(end + SHORT_OVERLAP_BYTES, range.to) - begin;
  if (!readFully(range.fd, input.subarray(0, wanted), begin)) return null;
  let linesEnd = range.to - begin;
  if (end < range.to) {
    let newline = input.subarray(0, wanted).indexOf(NEWLINE, end - begin);
    if (newline < 0) {
      const more = Math.min(end + OVERLAP_BYTES, range.to) - begin;
      if (!readFully(range.fd, input.subarray(wanted, more), begin + wanted)) return null;
      newline = input.subarray(0, more).indexOf(NEWLINE, wanted);
      wanted = more;
      if (newline < 0) return null;
    }
    linesEnd = newline + 1;
  }
  const linesStart = isFirst ? range.from - begin : input.subarray(0, wanted).indexOf(NEWLINE) + 1;
  const blocks = kernel.hashBlocks(0, end - begin, BLOCK_BYTES);
  // One line from before the stretch to behind it, of which another has taken care.
  if (!isFirst && (linesStart === 0 || linesStart > end - begin)) return { lines: 0, blocks };
  const lines = linesEnd > linesStart ? reader.takeInput(linesStart, linesEnd) : 0;
  return { lines, blocks };
}

/** Where the last whole line ends; null where the last newline is too far from the end. */
export function findLastLineEnd({ fd, bytes }: PlainFile): number | null {
  const from = Math.max(0, bytes - OVERLAP_BYTES);
  const tail = new Uint8Array(bytes - from);
  if (!readFully(fd, tail, from)) return null;
  const newline = tail.lastIndexOf(NEWLINE);
  return newline < 0 ? null : from + newline + 1;
}

/** Fills a buffer from a place in a file; false where the file ends before. */
export function readFully(fd: number, buffer: Uint8Array, from: number): boolean {
  for (let at = 0; at < buffer.length; ) {
    const bytes = readSync(fd, buffer, at, buffer.length - at, from + at);
    if (bytes === 0) return false;
    at += bytes;
  }
  return true;
}
