import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileLike, compileLikeAny, escapeLike, likeAnyMatchesAll } from '../../src/core/like-pattern.ts';

/** LIKE as it is defined, without regard to time: each case of a pattern's first character. */
function isLike(pattern: readonly string[], text: readonly string[]): boolean {
  const [first, ...others] = pattern;
  if (first === undefined) return text.length === 0;
  if (first === '%') return isLike(others, text) || (text.length > 0 && isLike(pattern, text.slice(1)));
  if (text.length === 0) return false;
  if (first === '_') return isLike(others, text.slice(1));
  if (first !== '\\' || others.length === 0) return isSame(first, text[0]) && isLike(others, text.slice(1));
  return isSame(others[0], text[0]) && isLike(others.slice(1), text.slice(1));
}

function isSame(one: string | undefined, other: string | undefined): boolean {
  return one?.toLowerCase() === other?.toLowerCase();
}

const anyPattern = fc.string({ unit: fc.constantFrom('a', 'A', 'b', '%', '_', '\\', 'é', '😀'), maxLength: 8 });
const anySmallText = fc.string({ unit: fc.constantFrom('a', 'A', 'b', 'B', '%', '_', '\\', 'É', '😀'), maxLength: 8 });
const anyText = fc.string({ unit: 'binary' });

test('a pattern matches what its definition says', () => {
  fc.assert(
    fc.property(anyPattern, anySmallText, (pattern, text) => {
      expect(compileLike(pattern)(text)).toBe(isLike(Array.from(pattern), Array.from(text)));
    }),
    { numRuns: 20_000 },
  );
});

describe('a pattern', () => {
  test.each([
    ['%', '', true],
    ['', '', true],
    ['', 'a', false],
    ['_', '', false],
    ['_', '😀', true],
    ['%gcc%', '/apps/GCC/12.2', true],
    ['gcc', 'gcc/12.2', false],
    ['gcc/_', 'gcc/9', true],
    ['gcc/_', 'gcc/12', false],
    ['100\\%', '100%', true],
    ['100\\%', '1000', false],
    ['a\\_b', 'a_b', true],
    ['a\\_b', 'axb', false],
    ['a\\\\b', 'a\\b', true],
    ['a\\b', 'ab', true],
    ['a\\', 'a\\', true],
    ['RÉSUMÉ', 'résumé', true],
    ['resume', 'résumé', false],
    ['%.*', 'a.b', false],
    ['[a]', 'a', false],
    ['%a%b%', 'xxaxxbxx', true],
    ['%a%b%', 'xxbxxaxx', false],
    ['İ', 'i', false],
    ['İ', 'İ', true],
  ])('%j on %j: %j', (pattern, text, matches) => {
    expect(compileLike(pattern)(text)).toBe(matches);
  });

  test('that is a text made literal matches that text', () => {
    fc.assert(
      fc.property(anyText, anyText, (text, other) => {
        const test = compileLike(escapeLike(text));
        expect(test(text)).toBe(true);
        if (text.toLowerCase() !== other.toLowerCase()) expect(test(other)).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  test('is decided soon, however many runs it asks for', () => {
    const begun = performance.now();
    expect(compileLike(`${'%a'.repeat(200)}b`)('a'.repeat(20_000))).toBe(false);
    expect(performance.now() - begun).toBeLessThan(3000);
  });
});

describe('several patterns', () => {
  test('are alternatives, and none lets everything through', () => {
    expect(compileLikeAny([])('anything')).toBe(true);
    expect(compileLikeAny(['a%', '%b'])('xb')).toBe(true);
    expect(compileLikeAny(['a%', '%b'])('xc')).toBe(false);
    expect(compileLikeAny([''])('a')).toBe(false);
  });

  test('need no filter where they let everything through', () => {
    expect(likeAnyMatchesAll([])).toBe(true);
    expect(likeAnyMatchesAll(['x', '%%'])).toBe(true);
    for (const pattern of ['', '_%', '\\%', '%a']) expect(likeAnyMatchesAll([pattern])).toBe(false);
  });

  test('that let everything through do so for every text', () => {
    fc.assert(
      fc.property(fc.array(anyPattern, { maxLength: 3 }), anyText, (patterns, text) => {
        if (likeAnyMatchesAll(patterns)) expect(compileLikeAny(patterns)(text)).toBe(true);
      }),
    );
  });
});
