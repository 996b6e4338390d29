import { type Cell, type Column, isInstant, type ResultTable } from '../core/result-table.ts';
import type { SiteZone } from '../core/site-zone.ts';

/** A table as a JSON array of objects, a row a line; instants in ISO 8601 with the zone's offset. */
export function formatJson({ columns, rows }: ResultTable, zone: SiteZone): string {
  const lines = rows.map((row) => formatRecord(row, columns, zone));
  return lines.length === 0 ? '[]\n' : `[\n${lines.join(',\n')}\n]\n`;
}

/** A row as a JSON object. */
export function formatRecord(row: readonly Cell[], columns: readonly Column[], zone: SiteZone): string {
  const record = columns.map((column, i) => [column.key, plainValue(row[i] ?? null, column, zone)]);
  return stringifySafely(Object.fromEntries(record));
}

/** JSON in which characters that act on a terminal are escaped; JSON itself asks for fewer. */
export function stringifySafely(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function plainValue(cell: Cell, column: Column, zone: SiteZone): unknown {
  return typeof cell === 'number' && isInstant(column) ? zone.toIso(cell) : cell;
}
