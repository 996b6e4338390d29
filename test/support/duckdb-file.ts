import { DuckDBInstance } from '@duckdb/node-api';

/** Runs SQL on a DuckDB file that nobody else holds, in this process; rows as arrays. */
export async function runDuckdb(path: string, ...statements: readonly string[]): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  try {
    let rows: unknown[][] = [];
    for (const statement of statements) rows = (await connection.runAndReadAll(statement)).getRowsJS();
    return rows;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** The rows of a query about Parquet files, as arrays. */
export function readParquet(sql: string): Promise<unknown[][]> {
  return runDuckdb(':memory:', "SET TimeZone = 'UTC'", sql);
}
