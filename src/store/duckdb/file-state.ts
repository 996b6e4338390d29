import { stat } from 'node:fs/promises';
import { missingStore } from './lease.ts';

/**
 * The state of a store's file and of the log that a crash may have left beside it. What is committed goes into the file
 * at once, and reading leaves it as it is: a look at the two names is enough, and needs no lease.
 * @throws AppError STORE_MISSING
 */
export async function readFileState(path: string): Promise<string> {
  const states = await Promise.all([path, `${path}.wal`].map(readState));
  if (states[0] === null) throw missingStore(path);
  return JSON.stringify(states);
}

async function readState(path: string): Promise<readonly string[] | null> {
  const stats = await stat(path, { bigint: true }).catch(() => null);
  return stats === null ? null : [stats.ino, stats.size, stats.mtimeNs].map(String);
}
