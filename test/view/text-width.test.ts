import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { shownText } from '../../src/view/shown-text.ts';
import { cutText, padText, textWidth, wrapText } from '../../src/view/text-width.ts';

const anyShown = fc.string({ unit: 'grapheme', maxLength: 30 }).map(shownText);

describe('the width of a text', () => {
  test.each([
    ['', 0],
    ['gcc/12.2', 8],
    ['café', 4],
    ['cafe\u0301', 4],
    ['日本語', 6],
    ['한국', 4],
    ['\u1112\u1161\u11ab', 2],
    ['ｗｉｄｅ', 8],
    ['ﾊﾝｶｸ', 4],
    ['😀', 2],
    ['☃', 1],
    ['⌛', 2],
    ['…', 1],
    ['🇳🇱', 2],
    ['\u{20000}', 2],
    ['नमस्ते', 4],
  ])('of %j is %i', (text, width) => {
    expect(textWidth(text)).toBe(width);
  });

  test('is that of its parts together', () => {
    fc.assert(
      fc.property(anyShown, anyShown, (one, other) => {
        expect(textWidth(one + other)).toBe(textWidth(one) + textWidth(other));
      }),
    );
  });
});

test('a padded text is as wide as it was to be, whatever is in it', () => {
  fc.assert(
    fc.property(anyShown, fc.constantFrom('left', 'right'), (text, side) => {
      expect(textWidth(padText(text, 70, side))).toBe(Math.max(70, textWidth(text)));
      expect(padText(text, 70, side).trim()).toBe(text.trim());
    }),
  );
});

describe('a text that is too long', () => {
  test('is cut where it is told, and an ellipsis says so', () => {
    expect(cutText('/apps/gcc/12.2.lua', 10, 'start')).toBe('…/12.2.lua');
    expect(cutText('alder,birch,cedar', 10, 'end')).toBe('alder,bir…');
    expect(cutText('exactly 10', 10, 'end')).toBe('exactly 10');
  });

  test('never ends up wider, and is not cut without need', () => {
    fc.assert(
      fc.property(anyShown, fc.integer({ min: 1, max: 30 }), fc.constantFrom('start', 'end'), (text, width, place) => {
        const cut = cutText(text, width, place);
        expect(textWidth(cut)).toBeLessThanOrEqual(width);
        if (textWidth(text) <= width) expect(cut).toBe(text);
        // A wide character that does not fit leaves at most one column free.
        else expect(textWidth(cut)).toBeGreaterThanOrEqual(width - 1);
      }),
    );
  });

  test('loses no half of a letter', () => {
    expect(cutText('ab日本', 4, 'end')).toBe('ab…');
    expect(cutText('日本ab', 4, 'start')).toBe('…ab');
    expect(cutText('xe\u0301ab', 3, 'start')).toBe('…ab');
    expect(cutText('x😀😀', 4, 'end')).toBe('x😀…');
  });
});

describe('a text that is broken into lines', () => {
  test('has all its words, and no line that is wider than said', () => {
    fc.assert(
      fc.property(anyShown, fc.integer({ min: 2, max: 30 }), (text, width) => {
        const lines = wrapText(text, width);
        for (const line of lines) expect(textWidth(line)).toBeLessThanOrEqual(width);
        expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
      }),
    );
  });

  test('is broken at blanks, and within a word that is longer than a line', () => {
    expect(wrapText('one two three', 8)).toEqual(['one two', 'three']);
    expect(wrapText('a /very/long/path b', 6)).toEqual(['a', '/very/', 'long/p', 'ath b']);
    expect(wrapText('日本語', 5)).toEqual(['日本', '語']);
    expect(wrapText('', 5)).toEqual(['']);
  });
});
