import type { DuckDBConnection } from '@duckdb/node-api';
import { parquetFile, quoteText, ScratchDatabase } from './scratch-database.ts';

/** Which rows of a Parquet file of usage are of some users. */
async function countRows(connection: DuckDBConnection, path: string, where: string): Promise<number> {
  const reader = await connection.runAndReadAll(`SELECT count(*) FROM read_parquet(${parquetFile(path)}) ${where}`);
  return Number(reader.getRows()[0]?.[0] ?? 0);
}

/**
 * Writes a Parquet file of usage anew without the rows of some users.
 * @param draft a file that is there, which takes the rows that stay; null to count only
 * @returns the numbers of rows that go, and that stay
 */
export async function forgetRows(
  path: string,
  users: readonly string[],
  draft: string | null,
): Promise<{ readonly gone: number; readonly kept: number }> {
  const scratch = await ScratchDatabase.open();
  try {
    const { connection } = scratch;
    const names = users.map(quoteText).join(', ');
    const gone = await countRows(connection, path, `WHERE "user" IN (${names})`);
    const kept = await countRows(connection, path, `WHERE "user" NOT IN (${names})`);
    if (draft !== null && gone > 0) {
      await connection.run(
        `COPY (SELECT * FROM read_parquet(${parquetFile(path)}) WHERE "user" NOT IN (${names}))
         TO ${quoteText(draft)} (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)`,
      );
    }
    return { gone, kept };
  } finally {
    await scratch.close();
  }
}
