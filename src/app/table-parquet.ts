import type { Cell, Column, ResultTable } from '../core/result-table.ts';
import { isInstant } from '../core/result-table.ts';
import type { SiteZone } from '../core/site-zone.ts';
import { writeRecords } from '../parquet/load-duckdb.ts';
import { stringifySafely } from '../view/json.ts';

/**
 * A table as a Parquet file: instants as such, lists as lists. A number that is not shown as one, such as `<5`, is null.
 */
export function tableToParquet({ columns, rows }: ResultTable, zone: SiteZone): Promise<Buffer> {
  const types = columns.map((column): [string, string] => [column.key, typeOf(column)]);
  const lines = rows.map((row) => {
    const record = columns.map((column, place) => [column.key, plainValue(row[place] ?? null, column, zone)]);
    return stringifySafely(Object.fromEntries(record));
  });
  return writeRecords(types, lines);
}

function typeOf(column: Column): string {
  if (isInstant(column)) return 'TIMESTAMPTZ';
  if (column.kind === 'list') return 'VARCHAR[]';
  if (column.kind === 'series') return 'BIGINT[]';
  return column.kind === 'number' || column.kind === 'share' ? 'DOUBLE' : 'VARCHAR';
}

function plainValue(cell: Cell, column: Column, zone: SiteZone): unknown {
  if (isInstant(column)) return typeof cell === 'number' ? zone.toIso(cell) : null;
  if (column.kind === 'number' || column.kind === 'share') return typeof cell === 'number' ? cell : null;
  return cell;
}
