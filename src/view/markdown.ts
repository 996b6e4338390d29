import type { ResultTable } from '../core/result-table.ts';
import type { SiteZone } from '../core/site-zone.ts';
import { cellText } from './cell-text.ts';

/** A table in GitHub's Markdown; numbers are aligned right. */
export function formatMarkdown({ columns, rows }: ResultTable, zone: SiteZone): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return [
    line(columns.map(({ title }) => title)),
    line(columns.map(({ kind }) => (kind === 'number' || kind === 'share' ? '---:' : '---'))),
    ...rows.map((row) => line(columns.map((column, i) => escapeMarkdown(cellText(row[i] ?? null, column, zone))))),
  ].join('');
}

/** Texts from logs are neither markup nor HTML. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>|&#~!]/g, '\\$&');
}
