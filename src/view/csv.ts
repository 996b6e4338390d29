import { isInstant, type ResultTable } from '../core/result-table.ts';
import type { SiteZone } from '../core/site-zone.ts';
import { cellText } from './cell-text.ts';

/** A table as CSV (RFC 4180, with a heading). No cell can start a formula when a spreadsheet opens it. */
export function formatCsv({ columns, rows }: ResultTable, zone: SiteZone): string {
  const lines = [columns.map(({ key }) => key)];
  for (const row of rows) {
    lines.push(
      columns.map((column, index) => {
        const cell = row[index] ?? null;
        if (typeof cell !== 'number') return csvText(cellText(cell, column, zone));
        return isInstant(column) ? zone.toIso(cell) : String(cell);
      }),
    );
  }
  return lines.map((cells) => `${cells.join(',')}\r\n`).join('');
}

/**
 * A text as a cell. Spreadsheets take some beginnings, in East Asia their wide forms too, for a formula: an
 * apostrophe makes a text of it.
 */
export function csvText(text: string): string {
  const harmless = /^[=+\-@＝＋－＠]/.test(text) ? `'${text}` : text;
  // Where decimals have a comma, spreadsheets take the semicolon for the end of a cell.
  return /[",;\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
