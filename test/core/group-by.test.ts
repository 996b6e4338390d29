import { expect, test } from 'vitest';
import { groupBy } from '../../src/core/group-by.ts';

test('groups and their items are in the order in which they come', () => {
  const words = ['bob', 'al', 'eve', 'jo', 'x'];
  expect([...groupBy(words, ({ length }) => length)]).toEqual([
    [3, ['bob', 'eve']],
    [2, ['al', 'jo']],
    [1, ['x']],
  ]);
  expect(groupBy([], String).size).toBe(0);
});
