import { AppError } from '../core/app-error.ts';
import type { ResultTable } from '../core/result-table.ts';

/**
 * A table with only some of its columns, in the order in which they are named.
 * @param keys columns by their keys; one that is named twice stays where it was named first
 * @throws AppError USAGE that lists the columns there are
 */
export function selectColumns({ columns, rows }: ResultTable, keys: readonly string[]): ResultTable {
  const places = [...new Set(keys)].map((key) => {
    const place = columns.findIndex((column) => column.key === key);
    if (place >= 0) return place;
    throw new AppError('USAGE', `--columns: there is no column ${key}`, {
      hint: `Columns: ${columns.map((column) => column.key).join(', ')}.`,
    });
  });
  const pick = <T>(cells: readonly T[]): T[] => places.flatMap((place) => cells.slice(place, place + 1));
  return { columns: pick(columns), rows: rows.map(pick) };
}
