import { open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError, describeCause } from '../core/app-error.ts';

/**
 * Writes a file that appears whole, and safely on the disk, or not at all. Names of users are in it: only its owner
 * and the group may read it.
 * @param write fills the draft of that name, which is there and empty
 * @param hint what to do where it cannot be written
 * @throws AppError OUTPUT
 */
export async function writeWholeFile(path: string, write: (draft: string) => Promise<void>, hint = ''): Promise<void> {
  const draft = `${path}.new-${process.pid}`;
  try {
    await rm(draft, { force: true });
    await writeFile(draft, '', { mode: 0o640, flag: 'wx' });
    await write(draft);
    await synchronize(draft);
    await rename(draft, path);
    await synchronize(dirname(path));
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => {});
    if (cause instanceof AppError) throw cause;
    throw new AppError('OUTPUT', `cannot write ${path}: ${describeCause(cause)}`, { hint, cause });
  }
}

/** Waits until a file, or the names in a folder, are on the disk. */
async function synchronize(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
