import { kernelBytes } from './kernel-bytes.ts';

/** What the kernel asks while it scans. */
export interface KernelHost {
  /** Takes a line that the kernel cannot count, without its newline; `line` counts from 0 in this scan. */
  slow(line: Uint8Array, lineIndex: number): void;
  /** Says which lines of a new key may be counted; keys are numbered from 0. */
  resolve(key: number, text: Uint8Array): Countable;
  /** A span of seconds that falls on one day, around an instant. */
  daySpanAt(seconds: number): { readonly day: number; readonly from: number; readonly until: number };
}

/** Which lines of a key may be counted without being parsed. */
export const Countable = { none: 0, all: 1, outsideOfJobs: 2 } as const;
export type Countable = (typeof Countable)[keyof typeof Countable];

/** Columns of what was counted: of one key on one day. Views of the kernel's memory, good until its next call. */
export interface CountedRow {
  readonly key: number;
  readonly day: number;
  readonly first: number;
  readonly last: number;
  readonly loads: number;
  readonly jobs: number;
}

/** Node has it; its types come with a browser's, which nothing else here needs. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

interface KernelExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly INPUT: { readonly value: number };
  readonly rows: { readonly value: number };
  readonly rowsAt: { readonly value: number };
  start(inputBytes: number, latestSeconds: number): void;
  setDay(from: number, until: number, day: number): void;
  clearRows(): void;
  scan(from: number, to: number): number;
  hashBlocks(from: number, to: number, blockBytes: number, out: number): void;
}

let compiled: object | null = null;

/** The byte scanner (kernel/line-kernel.ts) with an input buffer of its own. Lines are scanned where they lie in it. */
export class LineKernel {
  readonly inputBytes: number;
  readonly #exports: KernelExports;
  readonly #inputAt: number;

  /**
   * @param inputBytes how much can be scanned at a time
   * @param latest seconds since 1970 UTC; lines from then on go to `slow`
   */
  constructor(inputBytes: number, latest: number, host: KernelHost) {
    compiled ??= new WebAssembly.Module(Buffer.from(kernelBytes, 'base64'));
    const imports = {
      slow: (from: number, to: number, line: number) => host.slow(this.#bytes(from, to), line),
      resolve: (key: number, at: number, length: number) => host.resolve(key, this.#bytes(at, at + length)),
      dayOf: (seconds: number) => {
        const { from, until, day } = host.daySpanAt(seconds >>> 0);
        this.#exports.setDay(Math.max(from, 0), Math.min(until, 0xffff_ffff), day);
      },
    };
    const instance = new WebAssembly.Instance(compiled, { host: imports });
    this.#exports = instance.exports as KernelExports;
    this.inputBytes = inputBytes;
    this.#inputAt = this.#exports.INPUT.value;
    this.#exports.start(inputBytes, Math.min(Math.max(Math.floor(latest), 0), 0xffff_ffff));
  }

  /** The input buffer; a view that is good until the next scan. */
  get input(): Uint8Array {
    return this.#bytes(this.#inputAt, this.#inputAt + this.inputBytes);
  }

  /** Scans the whole lines in a stretch of the input, the last byte of which is a newline; returns their number. */
  scan(from: number, to: number): number {
    return this.#exports.scan(this.#inputAt + from, this.#inputAt + to);
  }

  /** XXH64 of each whole block from a place of the input on. */
  hashBlocks(from: number, to: number, blockBytes: number): BigUint64Array {
    const blocks = Math.floor((to - from) / blockBytes);
    // The kernel's scratch room: what is there is only used while it scans.
    this.#exports.hashBlocks(this.#inputAt + from, this.#inputAt + to, blockBytes, HASHES_AT);
    return new BigUint64Array(this.#exports.memory.buffer, HASHES_AT, blocks).slice();
  }

  get rows(): number {
    return this.#exports.rows.value;
  }

  /** Hands out what was counted since the last time, and forgets it. */
  takeRows(take: (row: CountedRow) => void): void {
    const { memory, rows, rowsAt } = this.#exports;
    const words = new Uint32Array(memory.buffer, rowsAt.value, rows.value * ROW_WORDS);
    const word = (at: number): number => words[at] ?? 0;
    for (let at = 0; at < words.length; at += ROW_WORDS) {
      take({
        first: word(at),
        last: word(at + 1),
        loads: word(at + 2),
        jobs: word(at + 3),
        day: word(at + 4) | 0,
        key: word(at + 5),
      });
    }
    this.#exports.clearRows();
  }

  #bytes(from: number, to: number): Uint8Array {
    return new Uint8Array(this.#exports.memory.buffer, from, to - from);
  }
}

const ROW_WORDS = 6;
const HASHES_AT = 0x2000;
