import type { DuckDBConnection, DuckDBValue, JS } from '@duckdb/node-api';

/** All rows of a query, each an array of plain values. */
export async function readRows(connection: DuckDBConnection, sql: string): Promise<JS[][]> {
  return (await connection.runAndReadAll(sql)).getRowsJS();
}

/**
 * All columns of a query, each an array of the driver's values. Where there are many rows, this is several times as
 * fast as the driver's own ways.
 */
export async function readColumns(connection: DuckDBConnection, sql: string): Promise<DuckDBValue[][]> {
  const result = await connection.run(sql);
  const columns: DuckDBValue[][] = Array.from({ length: result.columnCount }, () => []);
  for (const chunk of await result.fetchAllChunks()) {
    const { rowCount } = chunk;
    for (const [at, column] of columns.entries()) {
      const vector = chunk.getColumnVector(at);
      for (let row = 0; row < rowCount; row++) column.push(vector.getItem(row));
    }
  }
  return columns;
}
