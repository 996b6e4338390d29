import { type DuckDBConnection, DuckDBDataChunk, type DuckDBType, type DuckDBValue } from '@duckdb/node-api';

/** A column to append: its type, and its value in each row. */
export type AppendedColumn = readonly [DuckDBType, (row: number) => DuckDBValue | undefined];

/** Rows that DuckDB takes at once. */
const CHUNK_ROWS = 2048;

/** Appends rows to a table, by columns: that takes half the time of value after value. */
export async function appendRows(
  connection: DuckDBConnection,
  table: string,
  rows: number,
  columns: readonly AppendedColumn[],
): Promise<void> {
  // An appender costs a millisecond even for nothing; a year of dump files has hundreds without a new name.
  if (rows <= 0) return;
  const types = columns.map(([type]) => type);
  const appender = await connection.createAppender(table);
  for (let start = 0; start < rows; start += CHUNK_ROWS) {
    const length = Math.min(CHUNK_ROWS, rows - start);
    const chunk = DuckDBDataChunk.create(types, length);
    for (const [index, [, valueAt]] of columns.entries()) {
      const vector = chunk.getColumnVector(index);
      for (let row = 0; row < length; row++) vector.setItem(row, valueAt(start + row) ?? null);
      vector.flush();
    }
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}
