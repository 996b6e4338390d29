import type { ResultTable } from '../core/result-table.ts';
import type { SiteZone } from '../core/site-zone.ts';
import { cellText } from './cell-text.ts';

/** A table as CSV (RFC 4180, with a heading). No cell can start a formula when a spreadsheet opens it. */
export function formatCsv({ columns, rows }: ResultTable, zone: SiteZone): string {
  const lines = [columns.map(({ key }) => key)];
  for (const row of rows) {
    lines.push(
      columns.map((column, index) => {
        const cell = row[index] ?? null;
        if (typeof cell === 'number' && column.kind === 'instant') return zone.toIso(cell);
        return typeof cell === 'number' ? String(cell) : harmless(cellText(cell, column, zone));
      }),
    );
  }
  return lines.map((cells) => `${cells.map(quote).join(',')}\r\n`).join('');
}

/** Spreadsheets take these beginnings, in East Asia their wide forms too, for a formula; an apostrophe makes a text of it. */
function harmless(text: string): string {
  return /^[=+\-@＝＋－＠]/.test(text) ? `'${text}` : text;
}

function quote(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
