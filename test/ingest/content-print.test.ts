import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BLOCK_BYTES, HEAD_BYTES, PrintBuilder } from '../../src/ingest/content-print.ts';

/** Content of up to some 250 KB: lines of any length, empty ones too, the last with or without its newline. */
const anyContent = fc
  .tuple(
    fc.array(fc.tuple(fc.nat(6000), fc.integer({ min: 97, max: 122 })), { maxLength: 80 }),
    fc.constantFrom('', '\n', 'tail'),
  )
  .map(([lines, end]) =>
    Buffer.from(lines.map(([length, letter]) => String.fromCharCode(letter).repeat(length)).join('\n') + end),
  );
const anySizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 200_000 }), fc.constantFrom(BLOCK_BYTES, HEAD_BYTES)), {
  minLength: 1,
  maxLength: 8,
});

function build(content: Uint8Array, sizes: readonly number[], offsets: readonly number[] = []): PrintBuilder {
  const builder = new PrintBuilder(offsets);
  for (let at = 0, i = 0; at < content.length; i++) {
    const size = sizes[i % sizes.length] ?? content.length;
    builder.add(content.subarray(at, at + size));
    at += size;
  }
  return builder;
}

const printOf = (content: Uint8Array): ReturnType<PrintBuilder['print']> => build(content, [content.length]).print();

describe('the print of a content', () => {
  test('is the same in whatever pieces it comes', () => {
    fc.assert(
      fc.property(anyContent, anySizes, (content, sizes) => {
        expect(build(content, sizes).print()).toEqual(printOf(content));
      }),
      { numRuns: 200 },
    );
  });

  test('is the same in pieces of a byte each', () => {
    const content = Buffer.from(`${'line\n'.repeat(4000)}end`);
    expect(build(content, [1]).print()).toEqual(printOf(content));
  });

  test('counts bytes and lines, and keeps a hash a line of the head and one a block', () => {
    fc.assert(
      fc.property(anyContent, (content) => {
        const { length, lines, headLines, blocks, digest } = printOf(content);
        const text = content.toString();
        const complete = text.split('\n').length - 1;
        expect(length).toBe(content.length);
        expect(lines).toBe(complete + (text === '' || text.endsWith('\n') ? 0 : 1));
        expect(blocks.length).toBe(Math.floor(content.length / BLOCK_BYTES));
        const inHead = text.slice(0, HEAD_BYTES);
        const open = content.length <= HEAD_BYTES && text !== '' && !text.endsWith('\n') ? 1 : 0;
        expect(headLines.length).toBe(inHead.split('\n').length - 1 + open);
        expect(digest).toMatch(/^[0-9a-f]{16}$/);
      }),
      { numRuns: 200 },
    );
  });

  test('is another one where a single byte is another', () => {
    const at = fc.integer({ min: 0, max: 999 }).map((n) => n / 1000);
    fc.assert(
      fc.property(
        anyContent.filter(({ length }) => length > 0),
        at,
        (content, share) => {
          const changed = Buffer.from(content);
          const place = Math.floor(share * content.length);
          changed[place] = (changed[place] ?? 0) ^ 1;
          expect(printOf(changed).digest).not.toBe(printOf(content).digest);
        },
      ),
      { numRuns: 200 },
    );
  });

  test('of nothing is nothing', () => {
    expect(printOf(Buffer.alloc(0))).toMatchObject({ length: 0, lines: 0 });
  });

  test('has the digest on the way that the beginning has as a whole', () => {
    const offsets = fc.array(fc.nat(200_000), { maxLength: 5 });
    fc.assert(
      fc.property(anyContent, anySizes, offsets, (content, sizes, wanted) => {
        const within = [...new Set(wanted)].filter((n) => n > 0 && n <= content.length).sort((a, b) => a - b);
        const expected = within.map((offset) => ({ offset, digest: printOf(content.subarray(0, offset)).digest }));
        const builder = build(content, sizes, wanted);
        expect(builder.marks.filter(({ offset }) => offset > 0)).toEqual(expected);
        expect(builder.print()).toEqual(printOf(content));
      }),
      { numRuns: 200 },
    );
  });
});

test('blocks know where the last line that ends in them or before ends', () => {
  fc.assert(
    fc.property(anyContent, anySizes, (content, sizes) => {
      const builder = build(content, sizes);
      const expected = builder.blocks.map((_, i) => content.subarray(0, (i + 1) * BLOCK_BYTES).lastIndexOf(10) + 1);
      expect(builder.blockLineEnds).toEqual(expected);
      let end = 0;
      const lines = content.subarray(0, HEAD_BYTES).toString().split('\n').slice(0, -1);
      expect(builder.headLineEnds).toEqual(lines.map((line) => (end += line.length + 1)));
    }),
    { numRuns: 200 },
  );
});

test('a builder that was forked makes a print of its own', () => {
  fc.assert(
    fc.property(anyContent, anyContent, anyContent, anySizes, (start, one, other, sizes) => {
      const builder = build(start, sizes);
      const fork = builder.fork();
      builder.add(one);
      expect(fork.print()).toEqual(printOf(start));
      fork.add(other);
      expect(builder.print()).toEqual(printOf(Buffer.concat([start, one])));
      expect(fork.print()).toEqual(printOf(Buffer.concat([start, other])));
    }),
    { numRuns: 200 },
  );
});
