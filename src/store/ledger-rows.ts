import type { ContentPrint, LedgerEntry, PastImport } from '../core/ledger.ts';
import { bytesToNumbers } from './packed-numbers.ts';

/** The ledger in rows of a database's tables, as each store's driver gives them. */

/** @param row number, hash of the first line, length, lines, name, stamp, and whether a tail waits */
export function ledgerEntryOf(row: readonly unknown[]): LedgerEntry {
  const [id, firstLine, length, lines, name, stamp, tailWaits] = row;
  return {
    id: Number(id),
    firstLine: Number(firstLine),
    length: Number(length),
    lines: Number(lines),
    name: String(name),
    stamp: stamp === null ? null : String(stamp),
    tailWaits: Number(tailWaits) !== 0,
  };
}

/**
 * Prints by the numbers of their contents.
 * @param rows number, length, lines, digest, and as bytes the hashes of the head's lines and of the blocks
 */
export function printsOf(rows: readonly (readonly unknown[])[]): Map<number, ContentPrint> {
  return new Map(
    rows.map(([id, length, lines, digest, headLines, blocks]) => [
      Number(id),
      {
        length: Number(length),
        lines: Number(lines),
        digest: String(digest),
        headLines: bytesToNumbers(headLines),
        blocks: bytesToNumbers(blocks),
      },
    ]),
  );
}

/** @param row beginning, zone, files, lines, loads, ignored, skipped, rejected, already in, and new rows */
export function pastImportOf(row: readonly unknown[]): PastImport {
  const [startedAt, zone, files, lines, loads, ignored, skipped, rejected, already, newRows] = row;
  return {
    startedAt: Number(startedAt),
    zone: String(zone),
    files: Number(files),
    lines: Number(lines),
    loads: Number(loads),
    ignored: Number(ignored),
    skipped: Number(skipped),
    rejected: Number(rejected),
    already: Number(already),
    newRows: Number(newRows),
  };
}
