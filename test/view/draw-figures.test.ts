import { expect, test } from 'vitest';
import type { Column, ResultTable } from '../../src/core/result-table.ts';
import { drawFigures } from '../../src/view/draw-figures.ts';

const month: Column = { key: 'period', title: 'Month', kind: 'text' };
const users: Column = { key: 'users', title: 'Users', kind: 'number', isDrawn: true };
const series: Column = { key: 'users_series', title: 'Over time', kind: 'series' };

test('a number that is to be drawn gets a bar behind it, by the largest of its column', () => {
  const { columns, rows } = drawFigures({
    columns: [month, users],
    rows: ['a', 'b', 'c', 'd'].map((name, at) => [name, [16, 8, 0, 0.01][at] ?? 0]),
  });
  expect(columns.map(({ key, kind }) => `${key} ${kind}`)).toEqual(['period text', 'users number', 'users_bar text']);
  expect(rows).toEqual([
    ['a', 16, '████████████████'],
    ['b', 8, '████████'],
    ['c', 0, ''],
    ['d', 0.01, '▏'],
  ]);
});

test('a series is a line of blocks by its own largest, and none is a dot', () => {
  const { columns, rows } = drawFigures({ columns: [series], rows: [[[0, 1, 2, 4, 8]], [[0, 0]], [[]], [null]] });
  expect(columns[0]?.kind).toBe('text');
  expect(rows).toEqual([['·▁▂▄█'], ['··'], [''], ['']]);
});

test('nothing else changes, and the tables of a page are drawn as well', () => {
  const plain: ResultTable = { columns: [month], rows: [['a']], footer: ['all'], notes: ['note'] };
  expect(drawFigures(plain)).toEqual(plain);
  const page = { title: 'Page', sections: [{ title: 'Part', text: '', table: { columns: [users], rows: [[1]] } }] };
  expect(drawFigures({ ...plain, page }).page?.sections[0]?.table.rows).toEqual([[1, '████████████████']]);
});

test('a foot stays under its columns', () => {
  const { columns, footer } = drawFigures({ columns: [users, month], rows: [[1, 'a']], footer: [1, 'all'] });
  expect(footer).toHaveLength(columns.length);
  expect(footer).toEqual([1, '', 'all']);
});
