import type { Cell, ResultTable } from '../core/result-table.ts';
import type { SiteZone } from '../core/site-zone.ts';
import { cellText } from './cell-text.ts';
import { drawFigures } from './draw-figures.ts';
import { columnWidths, fitCells, GAP } from './fit-cells.ts';
import { shownText } from './shown-text.ts';
import { padText } from './text-width.ts';

/** What a text is shown on. */
export interface Screen {
  /** Characters in a line; null where there is no such limit. */
  readonly width: number | null;
  readonly hasColours: boolean;
}

/** A file, a pipe: whatever is no terminal. */
export const noScreen: Screen = { width: null, hasColours: false };

/**
 * A table as text: numbers to the right, columns two blanks apart, the number of rows beneath. Blocks are drawn for
 * people at a terminal who have nothing against decoration.
 */
export function formatTable(whole: ResultTable, zone: SiteZone, screen: Screen = noScreen): string {
  const table = screen.hasColours ? drawFigures(whole) : whole;
  if (table.page === undefined) return `${formatRows(table, zone, screen)}\n${faint(countRows(table), screen)}\n`;
  const parts = table.page.sections.map(({ title, table: part }) => {
    const notes = (part.notes ?? []).map((note) => `\n${shownText(note)}\n`).join('');
    const rows = part.rows.length === 0 ? ': nothing\n' : `\n\n${formatRows(part, zone, screen)}`;
    return `${bold(title, screen)}${rows}${notes}`;
  });
  return [`${bold(table.page.title, screen)}\n`, ...parts].join('\n\n');
}

function formatRows({ columns, rows, footer }: ResultTable, zone: SiteZone, screen: Screen): string {
  const cellsOf = (row: readonly Cell[]): string[] =>
    columns.map((column, i) => cellText(row[i] ?? null, column, zone));
  const all = [columns.map(({ title }) => title), ...[...rows, ...(footer === undefined ? [] : [footer])].map(cellsOf)];
  const lines = screen.width === null ? all : fitCells(all, columns, screen.width);
  const widths = columnWidths(lines);
  const lay = (texts: readonly string[]): string => {
    const padded = texts.map((text, i) => {
      const kind = columns[i]?.kind;
      return padText(text, widths[i] ?? 0, kind === 'number' || kind === 'share' ? 'right' : 'left');
    });
    return padded.join(GAP).trimEnd();
  };
  const rule = faint(lay(widths.map((width) => '-'.repeat(width))), screen);
  const [heading = '', ...body] = lines.map(lay);
  const laid = [bold(heading, screen), rule, ...body];
  if (footer !== undefined) laid.splice(-1, 0, rule);
  return laid.map((line) => `${line}\n`).join('');
}

function countRows({ rows }: ResultTable): string {
  return `${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`;
}

function bold(text: string, screen: Screen): string {
  return style(1, text, screen);
}

function faint(text: string, screen: Screen): string {
  return style(2, text, screen);
}

function style(code: number, text: string, { hasColours }: Screen): string {
  return hasColours && text !== '' ? `\u001b[${code}m${text}\u001b[0m` : text;
}
