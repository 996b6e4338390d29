import type { UsageBatch } from '../core/usage-batch.ts';
import type { UsageSpool } from './usage-spool.ts';

/** Fills a spool. DuckDB is loaded for it only now: who asks for no file need not wait for it. */
export async function openSpool(rows: AsyncIterable<UsageBatch>): Promise<UsageSpool> {
  const { UsageSpool } = await import('./usage-spool.ts');
  return UsageSpool.fill(rows);
}
