import { AppError } from '../core/app-error.ts';
import type { ResultTable } from '../core/result-table.ts';

/**
 * A table with only some of its columns, in the order in which they are named.
 * @param keys columns by their keys
 * @throws AppError USAGE that lists the columns there are
 */
export function selectColumns({ columns, rows }: ResultTable, keys: readonly string[]): ResultTable {
  const selected = keysAmong(
    columns.map(({ key }) => key),
    keys,
  );
  const places = selected.map((key) => columns.findIndex((column) => column.key === key));
  const pick = <T>(cells: readonly T[]): T[] => places.flatMap((place) => cells.slice(place, place + 1));
  return { columns: pick(columns), rows: rows.map(pick) };
}

/**
 * Columns by the names that somebody has typed; one that is named twice stays where it was named first.
 * @throws AppError USAGE that lists the columns there are
 */
export function keysAmong<K extends string>(all: readonly K[], names: readonly string[]): K[] {
  return [...new Set(names)].map((name) => {
    const key = all.find((each) => each === name);
    if (key !== undefined) return key;
    throw new AppError('USAGE', `--columns: there is no column ${name}`, { hint: `Columns: ${all.join(', ')}.` });
  });
}
