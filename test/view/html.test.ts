import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Page, ResultTable } from '../../src/core/result-table.ts';
import { createSiteZone } from '../../src/core/site-zone.ts';
import { formatHtml } from '../../src/view/html.ts';

const zone = createSiteZone('UTC');
const table: ResultTable = {
  columns: [
    { key: 'name', title: 'Name', kind: 'text' },
    { key: 'loads', title: 'Loads', kind: 'number', isDrawn: true },
    { key: 'part', title: 'Part', kind: 'share' },
    { key: 'over', title: 'Over time', kind: 'series' },
  ],
  rows: [
    ['gcc', 2000, 0.5, [0, 5, 10]],
    ['R', 500, null, []],
  ],
  footer: ['all', 2500, null, null],
  notes: ['Mind the <gap>.'],
};
const section = (fields: Partial<Page['sections'][number]> = {}): Page['sections'][number] => ({
  title: 'Most used',
  text: 'By loads.',
  table,
  ...fields,
});

describe('a page', () => {
  test('is whole in itself: it fetches nothing and runs nothing', () => {
    const html = formatHtml({ title: 'Usage', sections: [section(), section()] }, zone);
    expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(html).not.toMatch(/<script|<link|<img|<iframe|\burl\(|@import|https?:|\bsrc=|\bhref=/);
  });

  test('has a section for each table, with its text, its notes, its rows and its foot', () => {
    const html = formatHtml({ title: 'Usage', sections: [section()] }, zone);
    expect(html).toContain('<h1>Usage</h1>');
    expect(html).toContain('<h2>Most used</h2>\n<p>By loads.</p>\n<p>Mind the &lt;gap&gt;.</p>');
    expect(html).toContain(
      '<td class="text">gcc</td><td class="number">2,000<span class="bar" style="--length:100.0%">',
    );
    expect(html).toContain('<td class="number">500<span class="bar" style="--length:25.0%">');
    expect(html).toContain('<td class="number">50.0 %<span class="bar" style="--length:50.0%">');
    expect(html).toContain('<tfoot>\n<tr><td class="text">all</td><td class="number">2,500');
    expect(html).toContain('<polyline points="0.0,22.0 60.0,12.0 120.0,2.0"/>');
    expect(html.match(/<section/g)).toHaveLength(1);
  });

  test('says where a section has nothing, and shows the first of several at large', () => {
    const empty = section({ table: { columns: table.columns, rows: [] } });
    const html = formatHtml({ title: 'Usage', sections: [empty, section({ title: '' })] }, zone);
    expect(html).toContain(
      '<section class="lead">\n<h2>Most used</h2>\n<p>By loads.</p>\n<p class="none">Nothing.</p>',
    );
    expect(html.match(/class="lead"/g)).toHaveLength(1);
    expect(html).not.toContain('<h2></h2>');
  });

  test('shows any text as text: none of it is markup, closes an attribute or acts', () => {
    const anyText = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '</td><script>alert(1)</script>',
        '" onload="x',
        "'><svg/onload=x>",
        '&lt;',
        '\u001b[2J',
        '\u202eabc',
      ),
    );
    const tagsOf = (html: string): string[] => html.replace(/>[^<]*</g, '><').match(/<[^>]*>/g) ?? [];
    const pageOf = (text: string): Page => ({
      title: text,
      sections: [
        section({
          title: `x${text}`,
          text: `x${text}`,
          table: {
            columns: [{ key: 'k', title: text, kind: 'text' }],
            rows: [[text]],
            footer: [text],
            notes: [`x${text}`],
          },
        }),
      ],
    });
    fc.assert(
      fc.property(anyText, (text) => {
        const html = formatHtml(pageOf(text), zone);
        expect(tagsOf(html)).toEqual(tagsOf(formatHtml(pageOf('plain'), zone)));
        expect(html.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});
