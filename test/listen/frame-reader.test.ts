import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameReader } from '../../src/listen/frame-reader.ts';

/** What a reader makes of chunks; `room` says how many messages are taken between two refusals. */
function read(chunks: readonly Buffer[], { maxBytes = 1000, room = Number.POSITIVE_INFINITY } = {}) {
  const messages: string[] = [];
  let tooLong = 0;
  let left = room;
  const reader = new FrameReader(() => maxBytes, {
    message(bytes) {
      if (left === 0) {
        left = room;
        return false;
      }
      left--;
      messages.push(bytes.toString('latin1'));
      return true;
    },
    tooLong: () => tooLong++,
  });
  for (const chunk of chunks) for (let isTaken = reader.push(chunk); !isTaken; ) isTaken = reader.resume();
  return { messages, tooLong: () => tooLong, reader };
}

/** Cuts text into chunks of some sizes, again and again. */
function cut(text: string, sizes: readonly number[]): Buffer[] {
  const bytes = Buffer.from(text, 'latin1');
  const chunks: Buffer[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

const anyText = fc.string({ unit: fc.constantFrom('a', ' ', '=', '1', '<', '>', 'é', '"'), maxLength: 60 });
const anyMessage = fc.tuple(fc.constantFrom('\n', 'count'), anyText).map(([framing, text]) => ({
  framing,
  text: `<14>${text}`,
}));
const anySizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
const framed = ({ framing, text }: { framing: string; text: string }): string =>
  framing === 'count' ? `${text.length} ${text}` : `${text}\n`;

test('messages of both framings, mixed and cut anywhere, come out as they were, however often there is no room', () => {
  fc.assert(
    fc.property(
      fc.array(anyMessage, { maxLength: 20 }),
      anySizes,
      fc.integer({ min: 1, max: 3 }),
      (sent, sizes, room) => {
        const { messages, reader } = read(cut(sent.map(framed).join(''), sizes), { room });
        expect(messages).toEqual(sent.map(({ text }) => text));
        expect(reader.isPartial).toBe(false);
      },
    ),
  );
});

test('whatever the bytes are, little is held, and a message behind them is understood', () => {
  const anyBytes = fc.string({ unit: fc.constantFrom('\n', ' ', '9', '0', '<', 'x', '\0', '\xff'), maxLength: 300 });
  fc.assert(
    fc.property(anyBytes, anySizes, (bytes, sizes) => {
      // A count may swallow what follows: that is what it says.
      const isCount = /\d <|\d $|\d$/.test(bytes);
      const { messages } = read(cut(`${bytes}\n<14>after\n`, sizes), { maxBytes: 50 });
      if (!isCount) expect(messages.at(-1)).toBe('<14>after');
    }),
  );
});

describe('a message that is too long', () => {
  test.each([
    ['with a newline', `<14>${'x'.repeat(5000)}\n`],
    ['with a count', `5004 <14>${'x'.repeat(5000)}`],
    ['with a huge count, which it fulfils', `99999 <14>${'x'.repeat(99_995)}`],
  ])('%s is left out and counted once, and the next is taken', (_name, text) => {
    const { messages, tooLong } = read(cut(`<14>before\n${text}<14>after\n`, [7, 64, 1000]));
    expect(messages).toEqual(['<14>before', '<14>after']);
    expect(tooLong()).toBe(1);
  });
});

test('a line that begins with a number is no count', () => {
  expect(read(cut('2026-11-22T10:00:00Z x\n12 monkeys\n0 <14>x\n', [3])).messages).toEqual([
    '2026-11-22T10:00:00Z x',
    '12 monkeys',
    '0 <14>x',
  ]);
});

test('a last message without its newline counts when the sender ends the stream, a cut count does not', () => {
  const whole = read(cut('<14>one\n<14>two', [4]));
  whole.reader.end();
  expect(whole.messages).toEqual(['<14>one', '<14>two']);
  const broken = read(cut('100 <14>one', [4]));
  broken.reader.end();
  expect(broken.messages).toEqual([]);
});
