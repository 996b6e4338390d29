import type { ResultTable } from '../core/result-table.ts';
import { columnWidths } from './fit-cells.ts';
import { shownText } from './shown-text.ts';
import { padText } from './text-width.ts';

/**
 * A classic report as analyzeLmodDB prints it: path, cluster and the number of users or the user's name,
 * columns four blanks apart, then the number of entries and the time it took.
 * @param milliseconds since the command began
 */
export function formatClassic({ columns, rows }: ResultTable, milliseconds: number): string {
  const isCount = columns.some(({ key }) => key === 'users');
  const place = (key: string): number => columns.findIndex((column) => column.key === key);
  const [path, syshosts, last] = [place('path'), place('syshosts'), place(isCount ? 'users' : 'user')];
  const heading = ['Module path', 'Syshost', isCount ? 'Distinct Users' : 'User Name'];
  const lines = rows.map((row) => {
    const clusters = row[syshosts] ?? [];
    return [
      shownText(String(row[path])),
      (Array.isArray(clusters) ? clusters : []).map(shownText).join(','),
      shownText(String(row[last])),
    ];
  });
  const table = [heading, heading.map((title) => '-'.repeat(title.length)), ...lines];
  const widths = columnWidths(table);
  const text = table.map((line) => {
    const cells = line.map((cell, i) => padText(cell, widths[i] ?? 0, i === 2 && isCount ? 'right' : 'left'));
    return cells.join('    ').trimEnd();
  });
  return `\n\n${text.join('\n')}\n\n\nNumber of entries:  ${rows.length}\n\nTime:  ${formatDuration(milliseconds)}\n`;
}

/** H:MM:SS.ffffff */
function formatDuration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const two = (n: number): string => String(n).padStart(2, '0');
  const micros = String(Math.floor((milliseconds % 1000) * 1000)).padStart(6, '0');
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${micros}`;
}
