import type { DuckDBConnection, JS } from '@duckdb/node-api';

/** All rows of a query, each an array of plain values. */
export async function readRows(connection: DuckDBConnection, sql: string): Promise<JS[][]> {
  return (await connection.runAndReadAll(sql)).getRowsJS();
}

/** All columns of a query, each an array of plain values: half the work where there are many rows. */
export async function readColumns(connection: DuckDBConnection, sql: string): Promise<JS[][]> {
  return (await connection.runAndReadAll(sql)).getColumnsJS();
}
