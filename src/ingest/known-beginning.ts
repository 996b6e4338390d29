import type { ContentPrint } from '../core/ledger.ts';
import { HEAD_BYTES, PrintBuilder } from './content-print.ts';

/** A content of the ledger that the content at hand may be, may continue, or may be the beginning of. */
export interface Candidate {
  readonly id: number;
  readonly print: ContentPrint;
}

/** How much of a content was imported before. */
export interface KnownBeginning {
  /** Bytes from the beginning that are known; it may end within a line that was taken without its newline. */
  readonly length: number;
  /** The ledger entry whose whole content this is the beginning of, or which this continues; null where neither. */
  readonly continues: number | null;
}

interface Comparison extends Candidate {
  state: 'alike' | 'whole' | 'different';
  headLines: number;
  blocks: number;
  known: number;
}

/**
 * Finds, while a content is read, the longest beginning it shares with anything in the ledger: to the line
 * within the first 64 KiB, to the byte where an imported content ended, to the block of 16 KiB elsewhere.
 */
export class BeginningMatcher {
  readonly builder: PrintBuilder;
  readonly #comparisons: Comparison[];

  constructor(candidates: readonly Candidate[]) {
    this.builder = new PrintBuilder(candidates.map(({ print }) => print.length));
    this.#comparisons = candidates.map((candidate) => ({
      ...candidate,
      state: 'alike',
      headLines: 0,
      blocks: 0,
      known: 0,
    }));
  }

  /** Takes the next piece of the content in. */
  add(piece: Uint8Array): void {
    this.builder.add(piece);
    for (const comparison of this.#comparisons) if (comparison.state === 'alike') this.#compare(comparison);
  }

  /** Whether what follows may still turn out to be known. */
  get isUndecided(): boolean {
    return this.#comparisons.some(({ state }) => state === 'alike');
  }

  /** What is known for certain by now. */
  get known(): KnownBeginning {
    let best: KnownBeginning = { length: 0, continues: null };
    for (const { state, known, id } of this.#comparisons) {
      if (known > best.length) best = { length: known, continues: state === 'whole' ? id : null };
    }
    return best;
  }

  /**
   * What is known of the content now that it has ended. One that ended while it was alike to something longer
   * is a shorter copy of that, its last unfinished block included.
   */
  end(): KnownBeginning {
    const { builder } = this;
    const isSmall = builder.length <= HEAD_BYTES;
    // A last line without its newline is known as any other.
    const headLines = isSmall ? builder.print().headLines : null;
    for (const comparison of this.#comparisons) {
      if (comparison.state !== 'alike') continue;
      const { known, print } = comparison;
      // Logs cut by copytruncate may have nothing in common but the hole that they begin with.
      const isCopy = headLines === null ? known > 0 : headLines.every((hash, index) => hash === print.headLines[index]);
      if (isCopy) return { length: builder.length, continues: null };
    }
    return this.known;
  }

  #compare(comparison: Comparison): void {
    const { print } = comparison;
    const { builder } = this;
    for (; comparison.headLines < Math.min(builder.headLines.length, print.headLines.length); comparison.headLines++) {
      if (builder.headLines[comparison.headLines] !== print.headLines[comparison.headLines]) {
        comparison.state = 'different';
        break;
      }
      comparison.known = Math.max(comparison.known, builder.headLineEnds[comparison.headLines] ?? 0);
    }
    for (; comparison.blocks < Math.min(builder.blocks.length, print.blocks.length); comparison.blocks++) {
      if (builder.blocks[comparison.blocks] !== print.blocks[comparison.blocks]) {
        comparison.state = 'different';
        break;
      }
      comparison.known = Math.max(comparison.known, builder.blockLineEnds[comparison.blocks] ?? 0);
    }
    // The end is looked at last and overrules: a line that was taken without its newline has grown into another.
    const end = builder.marks.find(({ offset }) => offset === print.length);
    if (end === undefined) return;
    if (end.digest === print.digest) {
      comparison.state = 'whole';
      comparison.known = Math.max(comparison.known, print.length);
    } else comparison.state = 'different';
  }
}
