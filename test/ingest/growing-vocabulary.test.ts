import { describe, expect, test } from 'vitest';
import { NAME_CHARACTERS, PATH_CHARACTERS } from '../../src/core/cut-text.ts';
import { UNKNOWN_SYSHOST } from '../../src/core/load.ts';
import { GrowingVocabulary } from '../../src/ingest/growing-vocabulary.ts';

describe('a vocabulary', () => {
  test('gives each name its place, in the order in which they come', () => {
    const vocabulary = new GrowingVocabulary();
    expect(['b', 'a', 'b', 'B', 'a '].map((user) => vocabulary.placeOfUser(user))).toEqual([0, 1, 0, 2, 3]);
    expect(vocabulary.users).toEqual(['b', 'a', 'B', 'a ']);
    expect([null, 'x', null, 'y', 'x'].map((group) => vocabulary.placeOfGroup(group))).toEqual([-1, 0, -1, 1, 0]);
    expect(vocabulary.groups).toEqual(['x', 'y']);
  });

  test('takes cluster, module and path together', () => {
    const vocabulary = new GrowingVocabulary();
    const one = { syshost: 'ls6', module: 'gcc/12', path: '/p' };
    const places = [
      one,
      { ...one, syshost: 'grace' },
      { ...one, module: 'gcc/13' },
      { ...one, path: '/q' },
      { ...one },
      { ...one, syshost: null },
    ].map((load) => vocabulary.placeOfModulefile(load));
    expect(places).toEqual([0, 1, 2, 3, 0, 4]);
    expect(vocabulary.modulefiles.map(({ syshost }) => syshost)).toEqual([
      'ls6',
      'grace',
      'ls6',
      'ls6',
      UNKNOWN_SYSHOST,
    ]);
  });

  test('does not run names into each other', () => {
    const vocabulary = new GrowingVocabulary();
    vocabulary.placeOfModulefile({ syshost: 'a', module: 'bc', path: 'd' });
    vocabulary.placeOfModulefile({ syshost: 'ab', module: 'c', path: 'd' });
    expect(vocabulary.modulefiles).toHaveLength(2);
  });
});

describe('a name that is too long', () => {
  test.each([
    ['letters', 'x'],
    ['letters outside ASCII', 'é'],
    ['characters of two UTF-16 units', '😀'],
  ])('is cut to characters, whatever they take: %s', (_, character) => {
    const vocabulary = new GrowingVocabulary();
    const just = character.repeat(NAME_CHARACTERS);
    vocabulary.placeOfUser(just);
    vocabulary.placeOfModulefile({ syshost: just, module: just, path: character.repeat(PATH_CHARACTERS) });
    vocabulary.placeOfGroup(just);
    expect(vocabulary.cut).toBe(0);
    vocabulary.placeOfUser(`${just}y`);
    expect(vocabulary.users).toEqual([just, just]);
    vocabulary.placeOfModulefile({ syshost: `${just}y`, module: `${just}y`, path: `${character.repeat(2000)}` });
    expect(vocabulary.modulefiles[1]).toEqual({
      syshost: just,
      module: just,
      path: character.repeat(PATH_CHARACTERS),
    });
    vocabulary.placeOfGroup(`${just}y`);
    expect(vocabulary.groups[1]).toBe(just);
    expect(vocabulary.cut).toBe(5);
  });

  test('is counted once, however often it comes', () => {
    const vocabulary = new GrowingVocabulary();
    const long = 'x'.repeat(300);
    expect(vocabulary.placeOfUser(long)).toBe(vocabulary.placeOfUser(long));
    expect(vocabulary.cut).toBe(1);
  });
});
