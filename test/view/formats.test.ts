import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gatherPage, type ResultTable } from '../../src/core/result-table.ts';
import { createSiteZone } from '../../src/core/site-zone.ts';
import { formatClassic } from '../../src/view/classic.ts';
import { formatCsv } from '../../src/view/csv.ts';
import { formatJson, stringifySafely } from '../../src/view/json.ts';
import { formatMarkdown } from '../../src/view/markdown.ts';
import { shownText } from '../../src/view/shown-text.ts';
import { formatTable } from '../../src/view/table.ts';
import { textWidth } from '../../src/view/text-width.ts';

const zone = createSiteZone('Asia/Kolkata');
const noon = Date.parse('2024-11-11T12:00:00Z') / 1000;

const columns: ResultTable['columns'] = [
  { key: 'name', title: 'Name', kind: 'text' },
  { key: 'clusters', title: 'Clusters', kind: 'list' },
  { key: 'loads', title: 'Loads', kind: 'number' },
  { key: 'last', title: 'Last', kind: 'instant' },
  { key: 'part', title: 'Part', kind: 'share' },
];
const table: ResultTable = {
  columns,
  rows: [
    ['alice', ['frontera', 'ls6'], 12, noon, 0.125],
    [null, [], 0, null, null],
  ],
};

/** Characters that act on a terminal, turn the direction of writing or hide. */
const acting = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const anyText = fc.string({ unit: 'binary', maxLength: 40 });
const oneText = (text: string): ResultTable => ({ columns: columns.slice(0, 1), rows: [[text]] });

describe('a result table', () => {
  test('as text has its numbers to the right, instants in the zone, and nothing for what is not known', () => {
    expect(formatTable(table, zone)).toBe(
      [
        'Name   Clusters      Loads  Last                   Part',
        '-----  ------------  -----  -------------------  ------',
        'alice  frontera,ls6     12  2024-11-11 17:30:00  12.5 %',
        '                         0',
        '',
        '2 rows',
        '',
      ].join('\n'),
    );
  });

  test('has a foot and days, series and pages', () => {
    const more: ResultTable = {
      columns: [
        { key: 'name', title: 'Name', kind: 'text' },
        { key: 'loads', title: 'Loads', kind: 'number' },
        { key: 'last', title: 'Last', kind: 'day' },
        { key: 'users_series', title: 'Users', kind: 'series' },
      ],
      rows: [['a|b', 12, noon, [1, 0, 22]]],
      footer: ['all', 345, null, null],
    };
    expect(formatTable(more, zone)).toBe(
      [
        'Name  Loads  Last        Users',
        '----  -----  ----------  ------',
        'a|b      12  2024-11-11  1,0,22',
        '----  -----  ----------  ------',
        'all     345',
        '',
        '1 row',
        '',
      ].join('\n'),
    );
    expect(formatMarkdown(more, zone)).toBe(
      [
        '| Name | Loads | Last | Users |',
        '| --- | ---: | --- | --- |',
        '| a\\|b | 12 | 2024-11-11 | 1,0,22 |',
        '| all | 345 |  |  |',
        '',
      ].join('\n'),
    );
    // Programs add up themselves, and want the whole of an instant.
    expect(JSON.parse(formatJson(more, zone))).toEqual([
      { name: 'a|b', loads: 12, last: '2024-11-11T17:30:00+05:30', users_series: [1, 0, 22] },
    ]);
    expect(formatCsv(more, zone)).toBe('name,loads,last,users_series\r\na|b,12,2024-11-11T17:30:00+05:30,"1,0,22"\r\n');
  });

  test('of several is a page for people, and one table for programs', () => {
    const part = (key: string, rows: ResultTable['rows'], notes: string[] = []): ResultTable => ({
      columns: [
        { key: 'name', title: 'Name', kind: 'text' },
        { key, title: key.toUpperCase(), kind: 'number' },
      ],
      rows,
      notes,
    });
    const whole = gatherPage({
      title: 'All',
      sections: [
        { title: 'One', text: 'First *things*.', table: part('a', [['x', 1]], ['Mind <this>\u001b.']) },
        { title: 'Two', text: 'Then.', table: part('b', [['y', 2]]) },
        { title: 'Three', text: 'Last.', table: part('b', []) },
      ],
    });
    expect(formatTable(whole, zone)).toBe(
      [
        'All',
        '',
        '',
        'One',
        '',
        'Name  A',
        '----  -',
        'x     1',
        '',
        'Mind <this>\\u001b.',
        '',
        '',
        'Two',
        '',
        'Name  B',
        '----  -',
        'y     2',
        '',
        '',
        'Three: nothing',
        '',
      ].join('\n'),
    );
    expect(formatMarkdown(whole, zone)).toBe(
      [
        '# All',
        '',
        '## One',
        '',
        'First \\*things\\*. Mind \\<this\\>\\\\u001b.',
        '',
        '| Name | A |',
        '| --- | ---: |',
        '| x | 1 |',
        '',
        '## Two',
        '',
        'Then.',
        '',
        '| Name | B |',
        '| --- | ---: |',
        '| y | 2 |',
        '',
        '## Three',
        '',
        'Last.',
        '',
        'Nothing.',
        '',
      ].join('\n'),
    );
    expect(formatCsv(whole, zone)).toBe('section,name,a,b\r\nOne,x,1,\r\nTwo,y,,2\r\n');
    expect(JSON.parse(formatJson(whole, zone))).toEqual([
      { section: 'One', name: 'x', a: 1, b: null },
      { section: 'Two', name: 'y', a: null, b: 2 },
    ]);
  });

  test('as JSON keeps numbers, lists and what is not known', () => {
    expect(JSON.parse(formatJson(table, zone))).toEqual([
      { name: 'alice', clusters: ['frontera', 'ls6'], loads: 12, last: '2024-11-11T17:30:00+05:30', part: 0.125 },
      { name: null, clusters: [], loads: 0, last: null, part: null },
    ]);
    expect(formatJson(table, zone).split('\n')).toHaveLength(5);
  });

  test('as CSV has its keys for a heading, and instants that name their offset', () => {
    expect(formatCsv(table, zone)).toBe(
      'name,clusters,loads,last,part\r\nalice,"frontera,ls6",12,2024-11-11T17:30:00+05:30,0.125\r\n,,0,,\r\n',
    );
  });

  test('as Markdown says which columns hold numbers', () => {
    expect(formatMarkdown(table, zone).split('\n').slice(0, 3)).toEqual([
      '| Name | Clusters | Loads | Last | Part |',
      '| --- | --- | ---: | --- | ---: |',
      '| alice | frontera,ls6 | 12 | 2024-11-11 17:30:00 | 12.5 % |',
    ]);
  });
});

describe('any text at all', () => {
  test('is shown without a character that acts, and as it is where it has none', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const shown = shownText(text);
        expect(shown).not.toMatch(acting);
        expect(shown).not.toMatch(/\p{Surrogate}/u);
        if (!acting.test(text)) expect(shown).toBe(text);
      }),
    );
  });

  test('is one cell of a table, of CSV and of Markdown', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(formatTable(oneText(text), zone).split('\n')).toHaveLength(6);
        expect(readCsv(formatCsv(oneText(text), zone))[1]).toHaveLength(1);
        const [, , row = ''] = formatMarkdown(oneText(text), zone).split('\n');
        expect(row.replace(/\\[\\|]/g, '').split('|')).toHaveLength(3);
      }),
    );
  });

  test('comes back from JSON, which is ASCII where it would act', () => {
    fc.assert(
      fc.property(fc.anything({ values: [anyText], withNullPrototype: false }), (value) => {
        const json = JSON.stringify(value);
        if (json === undefined) return;
        expect(JSON.parse(stringifySafely(value))).toEqual(JSON.parse(json));
        expect(stringifySafely(value)).not.toMatch(
          /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/,
        );
      }),
    );
  });

  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '="x"', '＝1', '＋1', '－1', '＠A'])(
    'is no formula in CSV: %j',
    (text) => {
      const cell = readCsv(formatCsv(oneText(text), zone))[1]?.[0];
      expect(cell).not.toMatch(/^[=+\-@＝＋－＠\t\r]/);
      expect(cell).toContain(text.trim());
    },
  );
});

describe('a classic report', () => {
  const report: ResultTable = {
    columns: [
      { key: 'path', title: '', kind: 'text' },
      { key: 'syshosts', title: '', kind: 'list' },
      { key: 'users', title: '', kind: 'number' },
    ],
    rows: [['/apps/gcc', ['a', 'b'], 123_456_789_012_345_680]],
  };

  test('makes room for what is wider than its heading', () => {
    expect(formatClassic(report, 0).split('\n').slice(2, 5)).toEqual([
      'Module path    Syshost        Distinct Users',
      '-----------    -------        --------------',
      '/apps/gcc      a,b        123456789012345680',
    ]);
  });

  test('keeps its columns in line under wide characters and combining marks', () => {
    const rows = ['/apps/量子', '/apps/cafe\u0301', '/apps/😀'].map((path) => [path, ['a'], 1]);
    const lines = formatClassic({ ...report, rows }, 0)
      .split('\n')
      .slice(2, 7);
    expect(new Set(lines.map(textWidth))).toEqual(new Set(['Module path    Syshost    Distinct Users'.length]));
  });

  test.each([
    [0, '0:00:00.000000'],
    [0.5, '0:00:00.000500'],
    [61_234.5, '0:01:01.234500'],
    [3_723_004, '1:02:03.004000'],
    [86_400_000, '24:00:00.000000'],
  ])('tells the time that it took: %d ms', (milliseconds, expected) => {
    expect(formatClassic(report, milliseconds)).toMatch(new RegExp(`\nTime: {2}${expected}\n$`));
  });
});

/** CSV as RFC 4180 has it, taken apart. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  let row: string[] = [];
  while (cell.lastIndex < text.length) {
    const match = cell.exec(text);
    if (match === null) throw new Error(`no CSV: ${JSON.stringify(text)}`);
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
