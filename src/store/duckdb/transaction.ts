import type { DuckDBConnection } from '@duckdb/node-api';
import { isUncheckpointed } from './duckdb-errors.ts';

/** Runs something in a transaction. Where it fails, whoever holds the lease rolls back. */
export async function inTransaction<T>(connection: DuckDBConnection, use: () => Promise<T>): Promise<T> {
  await connection.run('BEGIN');
  const result = await use();
  await connection.run('COMMIT').catch((cause) => {
    if (!isUncheckpointed(cause)) throw cause;
  });
  return result;
}
