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

/** Where the numbers of a row are in what `takeRows` returns: what was counted of one key on one day. */
export const RowWord = { first: 0, last: 1, loads: 2, jobs: 3, day: 4, key: 5 } as const;
export const ROW_WORDS = 6;

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

  /** What was counted since the last time, in rows of `ROW_WORDS` numbers; the kernel begins anew. */
  takeRows(): Int32Array {
    const { memory, rows, rowsAt } = this.#exports;
    const taken = new Int32Array(memory.buffer, rowsAt.value, rows.value * ROW_WORDS).slice();
    this.#exports.clearRows();
    return taken;
  }

  #bytes(from: number, to: number): Uint8Array {
    return new Uint8Array(this.#exports.memory.buffer, from, to - from);
  }
}

const HASHES_AT = 0x2000;
