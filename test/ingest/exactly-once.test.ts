import fc from 'fast-check';
import { expect, test } from 'vitest';
import { importInto, loadLine, now, pathOf } from '../support/import-texts.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { textSource } from '../support/text-source.ts';

type Step =
  | { readonly kind: 'write'; readonly lines: readonly number[]; readonly half: number }
  | { readonly kind: 'import'; readonly share: number; readonly chunkBytes: number; readonly also: number }
  | { readonly kind: 'copy'; readonly share: number; readonly chunkBytes: number }
  | { readonly kind: 'rotate'; readonly hole: boolean };

const share = fc.oneof(
  fc.constant(1),
  fc.integer({ min: 0, max: 1000 }).map((n) => n / 1000),
);
const chunkBytes = fc.constantFrom(13, 1000, 16_384, 65_536, 1_000_000);

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      // Paddings of lines: a few of any length, or so many that they fill several blocks.
      lines: fc.oneof(
        fc.array(fc.oneof(fc.nat(60), fc.nat(60), fc.nat(5000), fc.nat(30_000)), { maxLength: 12 }),
        fc.tuple(fc.nat(500), fc.nat(60)).map(([count, padding]) => Array<number>(count).fill(padding)),
      ),
      half: fc.oneof(fc.constant(0), fc.nat(200)),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('import' as const), share, chunkBytes, also: fc.nat(5) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('copy' as const), share, chunkBytes }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('rotate' as const), hole: fc.boolean() }),
  },
);

/** A log that is written, rotated, copied and imported in whatever order. */
class LogHistory {
  readonly #newline: string;
  readonly #store = new MemoryStore();
  /** Paths of the loads that have to be in by now. */
  readonly #due = new Set<string>();
  #log = '';
  /** What is not written yet of the line that is being written. */
  #rest = '';
  #archives: string[] = [];
  #next = 0;

  constructor(newline: string) {
    this.#newline = newline;
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'write':
        return this.#write(step.lines, step.half);
      case 'rotate':
        return this.#rotate(step.hole);
      case 'import':
        return this.#import([this.#cutLog(step.share), ...this.#archives.slice(0, step.also)], step.chunkBytes, false);
      case 'copy':
        return this.#import([this.#cutAfterLine(step.share)], step.chunkBytes, true);
    }
  }

  /** Everything that was ever written has to be in once, in the end. */
  async finish(): Promise<void> {
    this.#write([], 0);
    await this.#import([this.#log, ...this.#archives], 65_536, false);
    expect(this.#store.loads.size).toBe(this.#next);
  }

  #write(paddings: readonly number[], half: number): void {
    this.#log += this.#rest;
    this.#rest = '';
    for (const padding of paddings) this.#log += this.#nextLine(padding);
    if (half === 0) return;
    const line = this.#nextLine(half);
    this.#log += line.slice(0, half);
    this.#rest = line.slice(half);
  }

  #nextLine(padding: number): string {
    const number = this.#next++;
    // What is no load has to be passed over without getting the count of lines wrong.
    const noise = number % 7 === 3 ? `Nov 11 00:00:00 c1 sshd[${number}]: Accepted${this.#newline}` : '';
    return `${noise}${loadLine(number, padding)}${this.#newline}`;
  }

  /** As logrotate does with copytruncate; where the writer keeps its place, the log begins with a hole. */
  #rotate(hole: boolean): void {
    this.#write([], 0);
    if (this.#log === '') return;
    this.#archives.push(this.#log);
    this.#log = hole ? '\0'.repeat(this.#log.length) : '';
  }

  /** The log as it was some time ago, perhaps within a line. */
  #cutLog(share: number): string {
    return this.#hasHole ? this.#log : this.#log.slice(0, Math.ceil(this.#log.length * share));
  }

  #cutAfterLine(share: number): string {
    const end = this.#hasHole ? this.#log.length : Math.floor(this.#log.length * share);
    return this.#log.slice(0, this.#log.lastIndexOf('\n', end) + 1);
  }

  /** A shorter copy of what has little behind a large hole cannot be told from another log with such a hole. */
  get #hasHole(): boolean {
    return this.#log.startsWith('\0');
  }

  async #import(contents: readonly string[], chunkBytes: number, isFinal: boolean): Promise<void> {
    const sources = contents.map((content, i) =>
      textSource(content, { name: `${i}`, chunkBytes, isFinal, writtenAt: now }),
    );
    const { summary } = await importInto(this.#store, sources);
    let lines = 0;
    for (const content of contents) {
      const found = linesOf(content);
      lines += found.length;
      for (const path of found.flatMap(pathsOf)) this.#due.add(path);
    }
    expect(summary.lines + summary.already).toBe(lines);
    expect(summary.rejected).toEqual({});
    expect(new Map(this.#store.loads)).toEqual(new Map([...this.#due].map((path) => [path, 1])));
  }
}

/** The lines that are complete: all that end, and the last where it ends in a time to the microsecond. */
function linesOf(content: string): string[] {
  const lines = content.split('\n');
  const tail = lines.pop() ?? '';
  return /time=\d{10}\.\d{6}\r?$/.test(tail) ? [...lines, tail] : lines;
}

function pathsOf(line: string): string[] {
  return [...line.matchAll(/ path=(\S+)/g)].map((match) => match[1] ?? '');
}

test.each([
  ['newlines', '\n'],
  ['carriage returns and newlines', '\r\n'],
])('a log with %s counts each load once, however it is cut, copied, rotated and given', async (_, newline) => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { minLength: 3, maxLength: 25 }), async (steps) => {
      const history = new LogHistory(newline);
      for (const step of steps) await history.take(step);
      await history.finish();
    }),
    { numRuns: 150 },
  );
});

/** Two logs that begin alike and part at some line. */
const anyFork = fc.record({
  common: fc.integer({ min: 1, max: 40 }),
  one: fc.nat(20),
  other: fc.nat(20),
  padding: fc.constantFrom(0, 20, 500),
});

const text = (first: number, count: number, padding: number): string =>
  Array.from({ length: count }, (_, i) => `${loadLine(first + i, padding)}\n`).join('');

test('two small logs that begin alike share their beginning and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(anyFork, fc.boolean(), async ({ common, one, other, padding }, together) => {
      const store = new MemoryStore();
      const start = text(0, common, padding);
      const sources = [start + text(1000, one, padding), start + text(2000, other, padding)].map((content) =>
        textSource(content),
      );
      if (together) await importInto(store, sources);
      else for (const source of sources) await importInto(store, [source]);
      const expected = [
        ...Array.from({ length: common }, (_, i) => i),
        ...Array.from({ length: one }, (_, i) => 1000 + i),
        ...Array.from({ length: other }, (_, i) => 2000 + i),
      ];
      expect(new Map(store.loads)).toEqual(new Map(expected.map((number) => [pathOf(number), 1])));
    }),
    { numRuns: 200 },
  );
});

test('of two large logs that begin alike, what follows is in, and of the beginning no more than a block twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 700, max: 1500 }), fc.integer({ min: 200, max: 400 }), async (common, rest) => {
      const store = new MemoryStore();
      const start = text(0, common, 20);
      await importInto(store, [textSource(start + text(10_000, rest, 20))]);
      await importInto(store, [textSource(start + text(20_000, rest + 1, 20))]);
      const counts = [...store.loads.values()];
      expect(counts).toHaveLength(common + rest + rest + 1);
      expect(Math.max(...counts)).toBeLessThanOrEqual(2);
      const lineBytes = text(0, 1, 20).length;
      expect(counts.filter((count) => count === 2).length).toBeLessThan(16_384 / lineBytes + 2);
    }),
    { numRuns: 30 },
  );
});
