import type { ResultTable } from '../core/result-table.ts';
import type { SiteZone } from '../core/site-zone.ts';
import { cellText } from './cell-text.ts';
import { columnWidths, fitCells, GAP } from './fit-cells.ts';
import { padText } from './text-width.ts';

/** What a text is shown on. */
export interface Screen {
  /** Characters in a line; null where there is no such limit. */
  readonly width: number | null;
  readonly hasColours: boolean;
}

/** A file, a pipe: whatever is no terminal. */
export const noScreen: Screen = { width: null, hasColours: false };

/** A table as text: numbers to the right, columns two blanks apart, the number of rows beneath. */
export function formatTable({ columns, rows }: ResultTable, zone: SiteZone, screen: Screen = noScreen): string {
  const whole = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map((column, i) => cellText(row[i] ?? null, column, zone))),
  ];
  const [heading = [], ...lines] = screen.width === null ? whole : fitCells(whole, columns, screen.width);
  const widths = columnWidths([heading, ...lines]);
  const lay = (texts: readonly string[]): string => {
    const padded = texts.map((text, i) => {
      const kind = columns[i]?.kind;
      return padText(text, widths[i] ?? 0, kind === 'number' || kind === 'share' ? 'right' : 'left');
    });
    return padded.join(GAP).trimEnd();
  };
  const style = (code: number, text: string): string =>
    screen.hasColours && text !== '' ? `\u001b[${code}m${text}\u001b[0m` : text;
  const count = `${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`;
  return `${[
    style(BOLD, lay(heading)),
    style(FAINT, lay(widths.map((width) => '-'.repeat(width)))),
    ...lines.map(lay),
    '',
    style(FAINT, count),
  ].join('\n')}\n`;
}

const BOLD = 1;
const FAINT = 2;
