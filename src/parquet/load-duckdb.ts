import type { UsageBatch } from '../core/usage-batch.ts';
import type { UsageSpool } from './usage-spool.ts';

/** The ways into this room. DuckDB is loaded only by them: who has to do with no Parquet need not wait for it. */

/** Fills a spool, which the caller closes. */
export async function openSpool(rows: AsyncIterable<UsageBatch>): Promise<UsageSpool> {
  const { UsageSpool } = await import('./usage-spool.ts');
  return UsageSpool.fill(rows);
}

/**
 * The rows of a Parquet file of usage as dump records, a line each, in their order.
 * @throws AppError INPUT where it is damaged, or no such file
 */
export async function* readDumpRecords(path: string): AsyncGenerator<Uint8Array> {
  const { readRecords } = await import('./read-records.ts');
  yield* readRecords(path);
}

/** A Parquet file of JSON records, see write-records.ts. */
export async function writeRecords(
  types: readonly (readonly [string, string])[],
  records: readonly string[],
): Promise<Buffer> {
  const { writeParquetRecords } = await import('./write-records.ts');
  return writeParquetRecords(types, records);
}

/** Takes rows of some users out of a Parquet file of usage, see forget-rows.ts. */
export async function forgetParquetRows(
  path: string,
  users: readonly string[],
  draft: string | null,
): Promise<{ readonly gone: number; readonly kept: number }> {
  const { forgetRows } = await import('./forget-rows.ts');
  return forgetRows(path, users, draft);
}
