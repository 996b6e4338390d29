import { closeSync, openSync, readSync } from 'node:fs';

const NEWLINE = 10;
const CHUNK_BYTES = 1024 * 1024;

/** How much of a file the last lines are looked for in. */
const TAIL_BYTES = 8 * 1024 * 1024;

/** Where the last whole line of a file ends, in bytes, and how many lines there are up to there. */
export function findLineEnd(path: string): { readonly bytes: number; readonly lines: number } {
  const fd = openSync(path, 'r');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let bytes = 0;
  let lines = 0;
  try {
    for (let at = 0; ; ) {
      const length = readSync(fd, chunk, 0, CHUNK_BYTES, at);
      if (length === 0) return { bytes, lines };
      const read = chunk.subarray(0, length);
      for (let end = read.indexOf(NEWLINE); end >= 0; end = read.indexOf(NEWLINE, end + 1)) {
        bytes = at + end + 1;
        lines++;
      }
      at += length;
    }
  } finally {
    closeSync(fd);
  }
}

/** The last lines of a file that ends, or is taken to end, with a newline. */
export function readLastLines(path: string, upTo: number): Buffer[] {
  const from = Math.max(0, upTo - TAIL_BYTES);
  const tail = Buffer.allocUnsafe(upTo - from);
  const fd = openSync(path, 'r');
  try {
    for (let at = 0; at < tail.length; ) at += readSync(fd, tail, at, tail.length - at, from + at);
  } finally {
    closeSync(fd);
  }
  const lines: Buffer[] = [];
  let start = from === 0 ? 0 : tail.indexOf(NEWLINE) + 1;
  for (let end = tail.indexOf(NEWLINE, start); end >= 0; end = tail.indexOf(NEWLINE, start)) {
    lines.push(tail.subarray(start, end));
    start = end + 1;
  }
  return lines;
}
