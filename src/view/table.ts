import type { ResultTable } from '../core/result-table.ts';
import type { SiteZone } from '../core/site-zone.ts';
import { cellText } from './cell-text.ts';

/** A table for a terminal: numbers to the right, columns two blanks apart, the number of rows beneath. */
export function formatTable({ columns, rows }: ResultTable, zone: SiteZone): string {
  const cells = rows.map((row) => columns.map((column, i) => cellText(row[i] ?? null, column, zone)));
  const widths = columns.map(({ title }, i) => Math.max(title.length, ...cells.map((line) => line[i]?.length ?? 0)));
  const line = (texts: readonly string[]): string => {
    const padded = texts.map((text, i) => {
      const width = widths[i] ?? 0;
      const kind = columns[i]?.kind;
      return kind === 'number' || kind === 'share' ? text.padStart(width) : text.padEnd(width);
    });
    return `${padded.join('  ').trimEnd()}\n`;
  };
  const rule = line(widths.map((width) => '-'.repeat(width)));
  const count = `${rows.length} ${rows.length === 1 ? 'row' : 'rows'}\n`;
  return `${line(columns.map(({ title }) => title))}${rule}${cells.map(line).join('')}\n${count}`;
}
