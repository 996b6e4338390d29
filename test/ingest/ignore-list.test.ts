import { describe, expect, test } from 'vitest';
import { ignoreNothing, parseIgnoreList } from '../../src/ingest/ignore-list.ts';

const ignores = (text: string, module: string): boolean => parseIgnoreList(text, 'ignore')(module);

describe('a pattern', () => {
  test.each([
    ['gcc', 'gcc/12.2', true],
    ['gcc', 'mygcc', false],
    ['^gcc', 'gcc/12.2', true],
    ['gcc$', 'gcc/12.2', false],
    ['gcc/.*$', 'gcc/12.2', true],
    ['.*gcc', 'mygcc', true],
    ['foo|bar', 'bar/1', true],
    ['foo|bar', 'xbar/1', false],
    ['GCC', 'gcc', false],
    ['R/', 'r/4.0', false],
    ['lmod\\b', 'lmod/8', true],
    ['(gcc|intel)/\\d+', 'intel/19', true],
    ['gcc  ', 'gcc', true],
    ['é', 'ecole', false],
    ['é', 'été', true],
  ])('%j on %s: %j', (pattern, module, ignored) => {
    expect(ignores(pattern, module)).toBe(ignored);
  });

  test.each([
    ['(?P<name>gcc)/', 'gcc/12', true],
    ['(?i)GCC', 'gcc/12', true],
    ['(?i)GCC', 'mygcc', false],
    ['\\Agcc/12\\Z', 'gcc/12', true],
    ['\\Agcc/12\\Z', 'gcc/12.2', false],
    ['(?s)a.b', 'a\nb', true],
    ['(?:gcc)', 'gcc', true],
  ])('in Python spelling: %j on %j: %j', (pattern, module, ignored) => {
    expect(ignores(pattern, module)).toBe(ignored);
  });
});

describe('an ignore file', () => {
  test('is a pattern a line, any of which will do', () => {
    const isIgnored = parseIgnoreList('gcc\nintel/19\n^lmod$\n', 'ignore');
    expect(['gcc/1', 'intel/19.1', 'lmod', 'lmodx', 'intel/20'].map(isIgnored)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  test('may have blank lines and comments, which match nothing', () => {
    for (const text of ['', '\n\n', '   \n\t\n', '# gcc\n', '  # .*\n', '\r\n\r\n', 'foo\n\n\nbar\n']) {
      expect(ignores(text, 'gcc/12.2')).toBe(false);
    }
  });

  test('may have lines that end as on Windows, and a last one that does not end', () => {
    expect(ignores('foo\r\ngcc\r\n', 'gcc')).toBe(true);
    expect(ignores('foo\ngcc', 'gcc')).toBe(true);
    expect(ignores('gcc$\r\n', 'gcc')).toBe(true);
  });

  test.each([
    ['(', 1],
    ['gcc\n\n# x\n[a-', 4],
    ['a\n*gcc', 2],
    ['(?P<1>a)', 1],
    ['a)(', 1],
  ])('%j has a bad pattern on line %i, which is named', (text, line) => {
    expect(() => parseIgnoreList(text, '/etc/ignore')).toThrow(
      expect.objectContaining({
        name: 'AppError',
        code: 'IGNORE_FILE',
        message: expect.stringMatching(new RegExp(`^/etc/ignore:${line}: bad pattern`)),
        hint: expect.stringContaining('nothing was imported'),
      }),
    );
  });

  test('answers the same each time it is asked', () => {
    const isIgnored = parseIgnoreList('gcc', 'ignore');
    expect(['gcc', 'x', 'gcc', 'x'].map(isIgnored)).toEqual([true, false, true, false]);
  });
});

test('without an ignore file nothing is ignored', () => {
  expect(ignoreNothing('')).toBe(false);
  expect(ignoreNothing('gcc')).toBe(false);
});
