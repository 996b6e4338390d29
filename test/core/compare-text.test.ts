import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareText } from '../../src/core/compare-text.ts';

/** Texts that differ late and have the characters that UTF-16 sorts otherwise than UTF-8. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\uD7FF', '\uE000', '\uFF5E', '\uFFFF', '😀', '😁', '\u{10FFFF}') }),
);

test('texts are in the order of their bytes in UTF-8', () => {
  fc.assert(
    fc.property(anyText, anyText, (one, other) => {
      expect(Math.sign(compareText(one, other))).toBe(Buffer.compare(Buffer.from(one), Buffer.from(other)));
    }),
    { numRuns: 5000 },
  );
});

test('capitals come before small letters, and a text before its continuations', () => {
  expect(['b', 'a', 'B', '', 'ab', 'é', '10', '9'].sort(compareText)).toEqual([
    '',
    '10',
    '9',
    'B',
    'a',
    'ab',
    'b',
    'é',
  ]);
});
