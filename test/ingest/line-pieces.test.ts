import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutIntoPieces, LONGEST_LINE, type Piece } from '../../src/ingest/line-pieces.ts';

const MiB = 1024 * 1024;

async function* inChunks(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? bytes.length;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function cut(bytes: Uint8Array, sizes: readonly number[]): Promise<Piece[]> {
  const pieces: Piece[] = [];
  for await (const piece of cutIntoPieces(inChunks(bytes, sizes))) pieces.push(piece);
  return pieces;
}

/** The lines that a reader of pieces sees; null for one that is too long. */
function linesOf(pieces: readonly Piece[]): (string | null)[] {
  return pieces.flatMap(({ bytes, kind, isTooLong }) => {
    if (kind === 'part') return [];
    if (isTooLong) return [null];
    const lines = Buffer.from(bytes).toString('latin1').split('\n');
    if (lines.at(-1) === '') lines.pop();
    return kind === 'tail' && lines.length === 0 ? [] : lines;
  });
}

function expectWhole(pieces: readonly Piece[], bytes: Uint8Array): void {
  expect(Buffer.concat(pieces.map((piece) => piece.bytes)).equals(bytes)).toBe(true);
}

const anyContent = fc
  .array(fc.constantFrom('\n', '\n', 'a', 'bc', 'def', '\0', '\r\n', ' '), { maxLength: 60 })
  .map((parts) => Buffer.from(parts.join(''), 'latin1'));
const anySizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 });

describe('content of any kind, in chunks of any size,', () => {
  test('comes back once, in order and without gaps', async () => {
    await fc.assert(
      fc.asyncProperty(anyContent, anySizes, async (content, sizes) => {
        expectWhole(await cut(content, sizes), content);
      }),
      { numRuns: 2000 },
    );
  });

  test('is cut where its lines end', async () => {
    await fc.assert(
      fc.asyncProperty(anyContent, anySizes, async (content, sizes) => {
        const pieces = await cut(content, sizes);
        const lines = content.toString('latin1').split('\n');
        const tail = lines.pop() ?? '';
        expect(linesOf(pieces)).toEqual(tail === '' ? lines : [...lines, tail]);
        for (const [index, { bytes, kind, isTooLong }] of pieces.entries()) {
          expect(bytes.length).toBeGreaterThan(0);
          expect(isTooLong).toBe(false);
          const isLast = index === pieces.length - 1;
          expect(kind).toBe(isLast && tail !== '' ? 'tail' : 'lines');
          expect(bytes.at(-1) === 10).toBe(kind === 'lines');
        }
      }),
      { numRuns: 2000 },
    );
  });
});

test('nothing gives no pieces', async () => {
  expect(await cut(Buffer.alloc(0), [1])).toEqual([]);
});

describe('a line that is too long to be held', () => {
  const long = Buffer.alloc(LONGEST_LINE + 6 * MiB, 'x');
  const around = (line: Uint8Array, end = '\nlast\n'): Buffer =>
    Buffer.concat([Buffer.from('first\n'), line, Buffer.from(end)]);

  test.each([64 * 1024, MiB, 5 * MiB - 1])('is passed on in parts and marked, in chunks of %i bytes', async (size) => {
    const content = around(long);
    const pieces = await cut(content, [size]);
    expectWhole(pieces, content);
    expect(linesOf(pieces)).toEqual(['first', null, 'last']);
    expect(pieces.map(({ kind }) => kind).filter((kind, i, kinds) => kind !== kinds[i - 1])).toEqual([
      'lines',
      'part',
      'end',
      'lines',
    ]);
  });

  test('may be the last one, with and without its end', async () => {
    const ended = await cut(around(long, '\n'), [MiB]);
    expect(linesOf(ended)).toEqual(['first', null]);
    expect(ended.at(-1)).toMatchObject({ kind: 'end', isTooLong: true });
    const content = around(long, '');
    const open = await cut(content, [MiB]);
    expectWhole(open, content);
    expect(open.at(-1)).toMatchObject({ kind: 'tail', isTooLong: true });
  });

  test('may be followed by another one', async () => {
    const content = Buffer.concat([long, Buffer.from('\n'), long, Buffer.from('\nlast\n')]);
    const pieces = await cut(content, [MiB]);
    expectWhole(pieces, content);
    expect(linesOf(pieces)).toEqual([null, null, 'last']);
  });

  test('begins with a piece of the same bytes, whatever the chunks', async () => {
    for (const size of [1000, 64 * 1024, MiB]) {
      const [first] = await cut(long, [size]);
      expect(first?.kind).toBe('part');
      expect(first?.bytes.length).toBeGreaterThan(64 * 1024);
    }
  });
});

describe('a hole of NUL bytes before a line', () => {
  const line = 'Nov 11 00:00:00 c1 lmod: user=alice module=gcc';
  const hole = (bytes: number): Buffer => Buffer.concat([Buffer.alloc(bytes), Buffer.from(`${line}\nlast\n`)]);

  test('that is small is part of the line', async () => {
    expect(linesOf(await cut(hole(MiB), [64 * 1024]))).toEqual(['\0'.repeat(MiB) + line, 'last']);
  });

  test('that is larger than a line may be costs nothing of the line, wherever the chunks end', async () => {
    const sizes = [64 * 1024, MiB, 7 * MiB];
    // Among them those where a chunk ends within the line just when it is too much to be held.
    const lengths = [17 * MiB - 10, 21 * MiB - 20, 34 * MiB - 5];
    for (const length of lengths) {
      for (const size of sizes) {
        const content = hole(length);
        const pieces = await cut(content, [size]);
        expectWhole(pieces, content);
        const [first, ...others] = linesOf(pieces);
        expect(first?.replace(/^\0+/, '')).toBe(line);
        expect(others).toEqual(['last']);
      }
    }
  });

  test('without a line behind it is no line', async () => {
    const pieces = await cut(Buffer.alloc(20 * MiB), [MiB]);
    expect(pieces.at(-1)?.isTooLong).toBe(false);
  });
});
