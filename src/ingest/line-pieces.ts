/** Cuts content into pieces that end with a line, whatever the chunks are that it comes in. */

/** A part of the content, in order and without gaps. */
export interface Piece {
  readonly bytes: Uint8Array;
  /**
   * `lines`: whole lines. `part`: bytes of a line too long to be held, or of a hole before a line. `end`: closes
   * a line that began with parts; its bytes are the line's last, or after a hole all of the line. `tail`: what
   * stands behind the last newline.
   */
  readonly kind: 'lines' | 'part' | 'end' | 'tail';
  /** Of an `end`: whether something of the line was dropped, so that it cannot be read. */
  readonly isTooLong: boolean;
}

/** Longer lines are not held in memory. */
export const LONGEST_LINE: number = 16 * 1024 * 1024;

const NEWLINE = 10;

/** Yields pieces that hold every byte of the chunks exactly once. */
export async function* cutIntoPieces(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Piece> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  /** Of the line that is being passed on in parts: has anything but NUL bytes been dropped? Null: no such line. */
  let dropped: boolean | null = null;

  for await (const chunk of chunks) {
    const firstNewline = chunk.indexOf(NEWLINE);
    if (firstNewline < 0) {
      held.push(chunk);
      heldBytes += chunk.length;
      if (heldBytes > LONGEST_LINE) {
        // In one piece, so that the hash of a first line does not depend on the chunks.
        const bytes = join(held, new Uint8Array());
        const hole: number = dropped === true ? 0 : holeLength(bytes);
        const isMostlyHole: boolean = hole > bytes.length / 2;
        const passedOn = isMostlyHole ? hole : bytes.length;
        dropped = !isMostlyHole;
        yield { bytes: bytes.subarray(0, passedOn), kind: 'part', isTooLong: false };
        held = passedOn < bytes.length ? [bytes.subarray(passedOn)] : [];
        heldBytes = bytes.length - passedOn;
      }
      continue;
    }
    let from = 0;
    if (dropped !== null) {
      from = firstNewline + 1;
      yield { bytes: join(held, chunk.subarray(0, from)), kind: 'end', isTooLong: dropped };
      held = [];
      dropped = null;
    }
    const to = chunk.lastIndexOf(NEWLINE) + 1;
    if (to > from) {
      if (held.length > 0) {
        const lineEnd = firstNewline + 1;
        yield { bytes: join(held, chunk.subarray(0, lineEnd)), kind: 'lines', isTooLong: false };
        held = [];
        from = lineEnd;
      }
      if (to > from) yield { bytes: chunk.subarray(from, to), kind: 'lines', isTooLong: false };
    }
    heldBytes = chunk.length - to;
    if (heldBytes > 0) held.push(chunk.subarray(to));
  }
  if (dropped !== null) yield { bytes: join(held, new Uint8Array()), kind: 'tail', isTooLong: dropped };
  else if (heldBytes > 0) yield { bytes: join(held, new Uint8Array()), kind: 'tail', isTooLong: false };
}

/** Number of NUL bytes at the beginning; a hole may be as large as the log once was, so that each byte counts. */
function holeLength(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length && bytes[at] === 0) at++;
  return at;
}

function join(held: readonly Uint8Array[], last: Uint8Array): Uint8Array {
  return held.length === 0 ? last : Buffer.concat([...held, last]);
}
