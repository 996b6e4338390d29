import type { ResultTable } from '../core/result-table.ts';
import type { SiteZone } from '../core/site-zone.ts';
import { cellText } from './cell-text.ts';
import { shownText } from './shown-text.ts';

/** A table in GitHub's Markdown; numbers are aligned right. A page has a heading for each of its tables. */
export function formatMarkdown(table: ResultTable, zone: SiteZone): string {
  if (table.page === undefined) return formatRows(table, zone);
  const { title, sections } = table.page;
  const parts = sections.map(({ title: heading, text, table: part }) => {
    const sentences = [text, ...(part.notes ?? [])].map((note) => escapeMarkdown(shownText(note))).join(' ');
    return `## ${escapeMarkdown(heading)}\n\n${sentences}\n\n${part.rows.length === 0 ? 'Nothing.\n' : formatRows(part, zone)}`;
  });
  return [`# ${escapeMarkdown(title)}\n`, ...parts].join('\n');
}

function formatRows({ columns, rows, footer }: ResultTable, zone: SiteZone): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return [
    line(columns.map(({ title }) => title)),
    line(columns.map(({ kind }) => (kind === 'number' || kind === 'share' ? '---:' : '---'))),
    ...[...rows, ...(footer === undefined ? [] : [footer])].map((row) =>
      line(columns.map((column, i) => escapeMarkdown(cellText(row[i] ?? null, column, zone)))),
    ),
  ].join('');
}

/** Texts from logs are neither markup nor HTML. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>|&#~!]/g, '\\$&');
}
