import type { Cell, Column, Page, ResultTable, Section } from '../core/result-table.ts';
import type { SiteZone } from '../core/site-zone.ts';
import { cellText } from './cell-text.ts';
import { pageStyle } from './page-style.ts';
import { shownText } from './shown-text.ts';

/**
 * A page as an HTML file that is whole in itself: nothing is fetched, no script runs, and every text stands there as
 * text. It can be printed.
 */
export function formatHtml({ title, sections }: Page, zone: SiteZone): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${pageStyle}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
${sections.map((section, index) => formatSection(section, zone, index === 0 && sections.length > 1)).join('')}</body>
</html>
`;
}

function formatSection({ title, text, table }: Section, zone: SiteZone, isLead: boolean): string {
  const notes = [text, ...(table.notes ?? [])].filter((note) => note !== '');
  return `<section${isLead ? ' class="lead"' : ''}>
${title === '' ? '' : `<h2>${escapeHtml(title)}</h2>\n`}${notes.map((note) => `<p>${escapeHtml(note)}</p>\n`).join('')}${formatRows(table, zone)}</section>
`;
}

function formatRows({ columns, rows, footer }: ResultTable, zone: SiteZone): string {
  if (rows.length === 0) return '<p class="none">Nothing.</p>\n';
  const most = columns.map((_, place) => rows.reduce((max, row) => Math.max(max, Number(row[place]) || 0), 0));
  const line = (row: readonly Cell[]): string =>
    `<tr>${columns.map((column, place) => formatCell(row[place] ?? null, column, most[place] ?? 0, zone)).join('')}</tr>\n`;
  const head = columns.map(
    (column) =>
      `<th scope="col" class="${alignment(column)}${hasBar(column) ? ' bars' : ''}">${escapeHtml(column.title)}</th>`,
  );
  const foot = footer === undefined ? '' : `<tfoot>\n${line(footer)}</tfoot>\n`;
  return `<table>\n<thead><tr>${head.join('')}</tr></thead>\n<tbody>\n${rows.map(line).join('')}</tbody>\n${foot}</table>\n`;
}

/** A number may have a bar beside it: of a share by itself, of a number that is drawn by the largest of its column. */
function formatCell(cell: Cell, column: Column, most: number, zone: SiteZone): string {
  if (column.kind === 'series') return `<td>${drawSeries(cell)}</td>`;
  const isNumber = typeof cell === 'number' && column.kind === 'number';
  const text = escapeHtml(isNumber ? cell.toLocaleString('en-US') : cellText(cell, column, zone));
  const whole = column.kind === 'share' ? 1 : column.isDrawn === true ? most : 0;
  if (typeof cell !== 'number' || whole === 0) return `<td class="${alignment(column)}">${text}</td>`;
  const length = (Math.min(1, cell / whole) * 100).toFixed(1);
  return `<td class="number">${text}<span class="bar" style="--length:${length}%"></span></td>`;
}

/** A line through the numbers of a series, as SVG. */
export function drawSeries(cell: Cell): string {
  const numbers = typeof cell === 'object' && cell !== null ? cell.map(Number) : [];
  const most = Math.max(1, ...numbers);
  const step = 120 / Math.max(1, numbers.length - 1);
  const points = numbers.map(
    (number, index) => `${(index * step).toFixed(1)},${(22 - (number / most) * 20).toFixed(1)}`,
  );
  return `<svg class="series" viewBox="0 0 120 24" role="img" aria-label="${numbers.join(', ')}"><polyline points="${points.join(' ')}"/></svg>`;
}

function hasBar({ kind, isDrawn }: Column): boolean {
  return kind === 'share' || isDrawn === true;
}

function alignment({ kind }: Column): string {
  return kind === 'number' || kind === 'share' ? 'number' : 'text';
}

/** Text for an element or an attribute between double quotes. */
export function escapeHtml(text: string): string {
  return shownText(text).replace(/[&<>"']/g, toReference);
}

/** A value of a form: what it sends is the text to the letter, and not what is shown of it. */
export function escapeValue(text: string): string {
  return text.replace(/[&<>"'\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, toReference);
}

function toReference(character: string): string {
  return entities[character] ?? `&#${character.codePointAt(0)};`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
