import type { Cell, Column, ResultTable } from '../core/result-table.ts';
import { cellText } from '../view/cell-text.ts';
import { drawSeries } from '../view/html.ts';
import { fullNumber } from './figures-text.ts';
import { type Html, html, type Part, rawHtml } from './html.ts';
import type { View } from './view.ts';

export interface TableOptions {
  /** What it is, for who does not see what stands around it. */
  readonly caption: string;
  /** Columns whose numbers have bars, by their keys. */
  readonly bars?: readonly string[];
  /** Rows that are shown; the rest is told as a number. */
  readonly most?: number;
  /** Columns that are left out. */
  readonly without?: readonly string[];
}

/** A table whose names lead to their pages. */
export function renderTable(view: View, whole: ResultTable, options: TableOptions): Html {
  const { caption, bars = [], most = 1000, without = [] } = options;
  const { columns, rows, footer } = withoutColumns(whole, [...without, ...emptyColumns(whole)]);
  if (rows.length === 0) return html`<p class="none">Nothing.</p>`;
  const largest = columns.map((_, place) => rows.reduce((max, row) => Math.max(max, Number(row[place]) || 0), 0));
  const line = (row: readonly Cell[], isFooter = false): Html =>
    html`<tr>${columns.map((column, place) => {
      const cell = row[place] ?? null;
      const bar =
        !isFooter && bars.includes(column.key) && typeof cell === 'number'
          ? drawBar(cell / (largest[place] || 1))
          : null;
      if (isFooter && typeof cell === 'string') return html`<td>${cell}</td>`;
      return renderCell(view, cell, column, bar, place === 0);
    })}</tr>\n`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table>
<caption class="unseen">${caption}</caption>
<thead><tr>${columns.map(({ title, kind, key }) => html`<th scope="col" class="${alignment(kind)}" data-key="${key}">${title}</th>`)}</tr></thead>
<tbody>${rows.slice(0, most).map((row) => line(row))}</tbody>${footer === undefined ? null : html`<tfoot>${line(footer, true)}</tfoot>`}
</table></div>${rows.length > most ? html`<p class="more">${fullNumber(most)} of ${fullNumber(rows.length)} rows. The downloads have all of them.</p>` : null}`;
}

/** What goes with a table but is no data. */
export function renderNotes({ notes = [] }: ResultTable): Html {
  return html`${notes.map((note) => html`<p class="note">${note}</p>`)}`;
}

/** Columns of texts that nobody has said anything in. */
function emptyColumns({ columns, rows }: ResultTable): string[] {
  return columns.flatMap(({ key, kind }, place) =>
    kind === 'text' && rows.every((row) => (row[place] ?? '') === '') ? [key] : [],
  );
}

function withoutColumns(table: ResultTable, keys: readonly string[]): ResultTable {
  if (keys.length === 0) return table;
  const places = table.columns.flatMap(({ key }, place) => (keys.includes(key) ? [] : [place]));
  const pick = <T>(items: readonly T[]): T[] => places.flatMap((place) => items.slice(place, place + 1));
  const { footer } = table;
  return { columns: pick(table.columns), rows: table.rows.map(pick), ...(footer ? { footer: pick(footer) } : {}) };
}

function renderCell(view: View, cell: Cell, column: Column, bar: Html | null, isFirst: boolean): Html {
  const { kind } = column;
  if (kind === 'series') return html`<td>${rawHtml(drawSeries(cell))}</td>`;
  if (kind === 'number' && typeof cell === 'number') {
    return html`<td class="number" data-value="${cell}">${fullNumber(cell)}${bar}</td>`;
  }
  if (kind === 'share' && typeof cell === 'number') {
    return html`<td class="number" data-value="${cell}">${(cell * 100).toFixed(1)} %</td>`;
  }
  if (kind === 'number' || kind === 'share') return html`<td class="number">${cell === null ? '' : String(cell)}</td>`;
  const content = renderText(view, cell, column);
  return isFirst
    ? html`<th scope="row" class="text">${content}</th>`
    : html`<td class="text ${verdictOf(column, cell)}" data-key="${column.key}">${content}</td>`;
}

/** Lists may be long: the first few are shown at once. */
const SHOWN_IN_LIST = 6;

function renderText(view: View, cell: Cell, column: Column): Part {
  if (typeof cell === 'object' && cell !== null) {
    const items = cell.map((each, index) => html`${index > 0 ? ', ' : ''}${linkTo(view, String(each), column.key)}`);
    if (items.length <= SHOWN_IN_LIST) return items;
    return html`<details class="list"><summary>${fullNumber(items.length)}</summary>${items}</details>`;
  }
  const text = cellText(cell, column, view.site.zone);
  return typeof cell === 'string' ? linkTo(view, cell, column.key) : text;
}

/** Columns whose texts have a page of their own. */
const pages: Readonly<Record<string, string>> = {
  package: '/module',
  module: '/module',
  with: '/module',
  modules: '/module',
  user: '/user',
  user_names: '/user',
  syshost: '/cluster',
  syshosts: '/cluster',
};

function linkTo(view: View, name: string, key: string): Part {
  const page = pages[key];
  if (page === undefined || name === '' || (page === '/user' && !view.isFor('analyst'))) return name;
  const query = page === '/cluster' ? { name, cluster: null } : { name };
  return html`<a href="${view.href(page, query)}">${name}</a>`;
}

function verdictOf({ key }: Column, cell: Cell): string {
  return key === 'verdict' || key === 'change' ? `tag ${String(cell)}` : '';
}

function alignment(kind: Column['kind']): string {
  return kind === 'number' || kind === 'share' ? 'number' : 'text';
}

/** A bar of a length between 0 and 1. */
export function drawBar(length: number): Html {
  const width = rawHtml((Math.min(1, Math.max(0, length)) * 100).toFixed(1));
  return html`<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect width="${width}" height="8"/></svg>`;
}
