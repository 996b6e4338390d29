import xxhash from 'xxhash-wasm';
import type { ContentPrint } from '../core/ledger.ts';

/** What is known line by line, in bytes. */
export const HEAD_BYTES = 65_536;
export const BLOCK_BYTES = 16_384;

const { h32Raw, h64Raw } = await xxhash();
const NEWLINE = 10;

const CARRIAGE_RETURN = 13;

/** The hash of a line, without its newline, of which a carriage return is part. */
export function hashLine(line: Uint8Array): number {
  return h32Raw(line[line.length - 1] === CARRIAGE_RETURN ? line.subarray(0, -1) : line);
}

/** The digest at some point within a content that is being walked over. */
export interface DigestMark {
  readonly offset: number;
  readonly digest: string;
}

/** Walks over content once, in pieces of any size, and makes its print. */
export class PrintBuilder {
  length = 0;
  lines = 0;
  readonly headLines: number[] = [];
  /** Where each of the head's lines ends, its newline included. */
  readonly headLineEnds: number[] = [];
  readonly blocks: number[] = [];
  /** For each block, where the last line that ends in it or before it ends. */
  readonly blockLineEnds: number[] = [];
  /** Digests at the offsets that were asked for, as far as the walk has come. */
  readonly marks: DigestMark[] = [];
  readonly #wanted: number[];
  readonly #block: Uint8Array = new Uint8Array(BLOCK_BYTES);
  #inBlock = 0;
  #chain = 0n;
  #headLine: Uint8Array[] = [];
  #endsWithNewline = true;
  #lastLineEnd = 0;

  /** @param offsets where digests of the content so far are wanted, besides at its end */
  constructor(offsets: readonly number[] = []) {
    this.#wanted = [...new Set(offsets)].sort((a, b) => a - b);
  }

  /** Takes the next piece in. */
  add(piece: Uint8Array): void {
    if (piece.length === 0) return;
    if (this.length < HEAD_BYTES) this.#addToHead(piece.subarray(0, HEAD_BYTES - this.length));
    for (let at = piece.indexOf(NEWLINE); at >= 0; at = piece.indexOf(NEWLINE, at + 1)) this.lines++;
    this.#endsWithNewline = piece[piece.length - 1] === NEWLINE;
    for (let at = 0; at < piece.length; ) {
      const next = this.#wanted[0];
      const untilMark = next === undefined ? Number.POSITIVE_INFINITY : next - this.length;
      const count = Math.min(piece.length - at, BLOCK_BYTES - this.#inBlock, untilMark);
      const part = piece.subarray(at, at + count);
      const newline = part.lastIndexOf(NEWLINE);
      if (newline >= 0) this.#lastLineEnd = this.length + newline + 1;
      this.#block.set(part, this.#inBlock);
      this.#inBlock += count;
      this.length += count;
      at += count;
      if (this.#inBlock === BLOCK_BYTES) this.#closeBlock();
      if (count === untilMark) {
        this.marks.push({ offset: this.length, digest: this.digest() });
        this.#wanted.shift();
      }
    }
  }

  /** Goes back to where the last whole block ended, and returns that place. */
  rewindToBlock(): number {
    this.length -= this.#inBlock;
    this.#inBlock = 0;
    return this.length;
  }

  /** Takes whole blocks in that were hashed elsewhere (XXH64). Their lines are not counted. */
  addBlocks(hashes: BigUint64Array): void {
    for (const hash of hashes) {
      this.length += BLOCK_BYTES;
      this.#chain = mix(this.#chain, hash);
      this.blocks.push(Number(this.#chain & 0xffff_ffffn));
    }
  }

  /** Digest of everything so far. */
  digest(): string {
    const link = mix(this.#chain, h64Raw(this.#block.subarray(0, this.#inBlock)));
    return link.toString(16).padStart(16, '0');
  }

  /** The print of everything so far. */
  print(): ContentPrint {
    const headLines = [...this.headLines];
    if (this.#headLine.length > 0 && this.length <= HEAD_BYTES) headLines.push(hashLine(concat(this.#headLine)));
    return {
      length: this.length,
      lines: this.lines + (this.#endsWithNewline ? 0 : 1),
      digest: this.digest(),
      headLines: Uint32Array.from(headLines),
      blocks: Uint32Array.from(this.blocks),
    };
  }

  /** A builder that stands where this one stands and goes its own way. */
  fork(): PrintBuilder {
    const fork = new PrintBuilder(this.#wanted);
    fork.length = this.length;
    fork.lines = this.lines;
    fork.headLines.push(...this.headLines);
    fork.headLineEnds.push(...this.headLineEnds);
    for (const block of this.blocks) fork.blocks.push(block);
    fork.#block.set(this.#block);
    fork.#inBlock = this.#inBlock;
    fork.#chain = this.#chain;
    fork.#headLine = [...this.#headLine];
    fork.#endsWithNewline = this.#endsWithNewline;
    fork.#lastLineEnd = this.#lastLineEnd;
    return fork;
  }

  #closeBlock(): void {
    this.#chain = mix(this.#chain, h64Raw(this.#block));
    this.blocks.push(Number(this.#chain & 0xffff_ffffn));
    this.blockLineEnds.push(this.#lastLineEnd);
    this.#inBlock = 0;
  }

  #addToHead(piece: Uint8Array): void {
    let from = 0;
    for (let at = piece.indexOf(NEWLINE); at >= 0; at = piece.indexOf(NEWLINE, from)) {
      this.#headLine.push(piece.subarray(from, at));
      this.headLines.push(hashLine(concat(this.#headLine)));
      this.headLineEnds.push(this.length + at + 1);
      this.#headLine = [];
      from = at + 1;
    }
    if (from < piece.length) this.#headLine.push(piece.slice(from));
  }
}

const pair: DataView = new DataView(new ArrayBuffer(16));

/** Joins the digest of what came before with the hash of the next block. Blocks can so be hashed in any order. */
function mix(chain: bigint, blockHash: bigint): bigint {
  pair.setBigUint64(0, chain, true);
  pair.setBigUint64(8, blockHash, true);
  return h64Raw(new Uint8Array(pair.buffer));
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
