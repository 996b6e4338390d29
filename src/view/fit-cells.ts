import type { Column } from '../core/result-table.ts';
import { cutText, textWidth, wrapText } from './text-width.ts';

/** The blanks between two columns of a table. */
export const GAP = '  ';

/** What a text is not cut below: fewer characters tell nothing. */
const NARROWEST = 8;

/**
 * Lines of cells, the heading among them, made to fit a number of terminal columns. First instants lose their time
 * of day, then the widest texts are cut, all to the same width, and prose is broken over lines of that width. What still
 * does not fit is left to the terminal.
 */
export function fitCells(
  lines: readonly (readonly string[])[],
  columns: readonly Column[],
  room: number,
): readonly (readonly string[])[] {
  if (lineWidth(columnWidths(lines)) <= room) return lines;
  const dated = lines.map((line, row) =>
    line.map((text, i) => (columns[i]?.kind === 'instant' && row > 0 ? text.slice(0, 'YYYY-MM-DD'.length) : text)),
  );
  const widths = columnWidths(dated);
  const isText = columns.map(({ kind }) => kind === 'text' || kind === 'list' || kind === 'prose');
  const texts = widths.filter((_, i) => isText[i]);
  const excess = lineWidth(widths) - room;
  const limit = Math.max(NARROWEST, commonLimit(texts, texts.reduce((sum, width) => sum + width, 0) - excess));
  return dated.flatMap((line, row) => {
    const broken = line.map((text, i) => {
      if (columns[i]?.kind === 'prose') return wrapText(text, limit);
      // What tells two paths apart is mostly at their end.
      return [isText[i] ? cutText(text, limit, row > 0 && text.includes('/') ? 'start' : 'end') : text];
    });
    const height = Math.max(...broken.map((texts) => texts.length));
    return Array.from({ length: height }, (_, at) => broken.map((texts) => texts[at] ?? ''));
  });
}

/** The width of each column: that of its widest cell. */
export function columnWidths(lines: readonly (readonly string[])[]): number[] {
  const widths: number[] = [];
  for (const line of lines) {
    for (const [i, text] of line.entries()) widths[i] = Math.max(widths[i] ?? 0, textWidth(text));
  }
  return widths;
}

function lineWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP.length * (widths.length - 1);
}

/** The greatest limit that brings the sum of some widths down to what there is room for. */
function commonLimit(widths: readonly number[], room: number): number {
  let left = room;
  let count = widths.length;
  for (const width of widths.toSorted((one, other) => one - other)) {
    if (width * count >= left) return Math.floor(left / count);
    left -= width;
    count--;
  }
  return Number.POSITIVE_INFINITY;
}
