import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Column, ResultTable } from '../../src/core/result-table.ts';
import { createSiteZone } from '../../src/core/site-zone.ts';
import { formatTable, noScreen } from '../../src/view/table.ts';
import { textWidth } from '../../src/view/text-width.ts';

const zone = createSiteZone('UTC');
const noon = Date.parse('2024-11-11T12:00:00Z') / 1000;

const path: Column = { key: 'path', title: 'Module path', kind: 'text' };
const clusters: Column = { key: 'syshosts', title: 'Syshost', kind: 'list' };
const users: Column = { key: 'users', title: 'Users', kind: 'number' };
const last: Column = { key: 'last', title: 'Last', kind: 'instant' };

const table: ResultTable = {
  columns: [path, clusters, users, last],
  rows: [
    ['/apps/modules/gcc/12.3.0.lua', ['alder', 'birch', 'cedar'], 7, noon],
    ['/apps/R', ['alder'], 12_345, noon],
  ],
};

const linesOn = (width: number | null, shown: ResultTable = table): string[] =>
  formatTable(shown, zone, { width, hasColours: false }).split('\n');

describe('a table on a terminal', () => {
  test('is as it is in a file where there is room', () => {
    expect(linesOn(75)).toEqual(formatTable(table, zone, noScreen).split('\n'));
    expect(linesOn(null)).toEqual(linesOn(75));
    expect(Math.max(...linesOn(75).map(textWidth))).toBe(75);
  });

  test('that is too narrow shows days instead of instants first', () => {
    expect(linesOn(74)).toEqual([
      'Module path                   Syshost            Users  Last',
      '----------------------------  -----------------  -----  ----------',
      '/apps/modules/gcc/12.3.0.lua  alder,birch,cedar      7  2024-11-11',
      '/apps/R                       alder              12345  2024-11-11',
      '',
      '2 rows',
      '',
    ]);
  });

  test('then cuts the widest texts: paths at their start, lists at their end', () => {
    expect(linesOn(50).slice(0, 4)).toEqual([
      'Module path     Syshost         Users  Last',
      '--------------  --------------  -----  ----------',
      '…cc/12.3.0.lua  alder,birch,c…      7  2024-11-11',
      '/apps/R         alder           12345  2024-11-11',
    ]);
  });

  test.each([38, 20, 1])('leaves each text eight columns, and the rest to the terminal, on %i', (width) => {
    expect(linesOn(width).slice(0, 4)).toEqual([
      'Module …  Syshost   Users  Last',
      '--------  --------  -----  ----------',
      '…3.0.lua  alder,b…      7  2024-11-11',
      '/apps/R   alder     12345  2024-11-11',
    ]);
  });

  test('never breaks its columns, whatever names there are', () => {
    const anyText = fc.string({ unit: 'grapheme', maxLength: 40 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyText, anyText), { minLength: 1 }),
        fc.integer({ min: 30, max: 90 }),
        (rows, width) => {
          const shown = {
            columns: [path, { ...path, title: 'Other' }, users],
            rows: rows.map((row) => [...row, 10_000]),
          };
          const lines = linesOn(width, shown).slice(1, -3);
          expect(new Set(lines.map(textWidth)).size).toBe(1);
          expect(textWidth(lines[0] ?? '')).toBeLessThanOrEqual(width);
        },
      ),
    );
  });

  test('breaks prose over lines, beside which other cells are empty', () => {
    const advice = { key: 'advice', title: 'What to do', kind: 'prose' } as const;
    const rows = [
      [1, 'Look at the rejects file.'],
      [2, 'Nothing.'],
    ];
    expect(linesOn(24, { columns: [users, advice], rows }).slice(0, 5)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/ 1 {2}Look at the$/),
        expect.stringMatching(/^ +rejects file\.$/),
      ]),
    );
  });

  test('has as many rows as a result may have', () => {
    const rows = Array.from({ length: 300_000 }, (_, index) => [`/apps/${index}`, [], index, null]);
    expect(linesOn(80, { ...table, rows })).toHaveLength(300_005);
  });

  test('has a bold heading and a faint frame where there are colours, and nothing of the kind elsewhere', () => {
    const coloured = formatTable(table, zone, { width: null, hasColours: true });
    expect(coloured).toMatch(/^\u001b\[1mModule path.*\u001b\[0m\n\u001b\[2m-+.*\u001b\[0m\n\/apps/);
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(formatTable(table, zone));
    expect(formatTable(table, zone)).not.toContain('\u001b');
  });
});
