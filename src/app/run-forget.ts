import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AppError, describeCause } from '../core/app-error.ts';
import { forgetParquetRows } from '../parquet/load-duckdb.ts';
import { openStore } from '../store/open-store.ts';
import { auditLogIn } from './audit-log.ts';
import { blankNames } from './blank-names.ts';
import { disguiseOf } from './pseudonym-key.ts';
import type { Settings } from './settings.ts';
import { writeWholeFile } from './whole-file.ts';

export interface ForgetRequest {
  readonly settings: Settings;
  readonly users: readonly string[];
  /** Folders of archives that prune has written. */
  readonly archives: readonly string[];
  /** The folder of the dashboard, which has the audit log. */
  readonly serveFolder: string;
  /** Whether it is only told what would go. */
  readonly isDry: boolean;
}

/** Something that persons were removed from: rows of usage, or places where their names stood. */
export interface Forgotten {
  readonly where: string;
  readonly what: 'rows' | 'names';
  readonly count: number;
}

/**
 * Removes persons from everything that modtally keeps: the store, archives, rejected lines, the audit log. Each is
 * changed whole or not at all, and what is done is done: a run that was killed can be made again.
 * @throws AppError
 */
export async function runForget(request: ForgetRequest): Promise<Forgotten[]> {
  const { settings, users, archives, serveFolder, isDry } = request;
  const disguise = disguiseOf(settings);
  const names = [...new Set([...users, ...(disguise === null ? [] : users.map(disguise))])];
  const forgotten: Forgotten[] = [];
  const store = await openStore(settings.store, { waitMs: settings.waitMs, zone: settings.zone });
  try {
    let count = 0;
    for (const name of names) count += await store.forgetUser(name, isDry);
    forgotten.push({ where: store.name, what: 'rows', count });
  } finally {
    await store.close();
  }
  for (const folder of archives) {
    for (const path of archiveFiles(folder)) {
      const count = await forgetInArchive(path, names, isDry);
      if (count > 0) forgotten.push({ where: path, what: 'rows', count });
    }
  }
  for (const path of [settings.rejectsFile, auditLogIn(serveFolder)]) {
    const count = blankNames(path, names, isDry);
    if (count > 0) forgotten.push({ where: path, what: 'names', count });
  }
  return forgotten;
}

async function forgetInArchive(path: string, users: readonly string[], isDry: boolean): Promise<number> {
  try {
    const { gone, kept } = await forgetParquetRows(path, users, null);
    if (isDry || gone === 0) return gone;
    if (kept === 0) rmSync(path);
    else {
      await writeWholeFile(path, async (draft) => {
        await forgetParquetRows(path, users, draft);
      });
    }
    return gone;
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('INPUT', `cannot read the archive ${path}: ${describeCause(cause)}`, { cause });
  }
}

function archiveFiles(folder: string): string[] {
  if (!existsSync(folder)) {
    throw new AppError('INPUT', `there is no folder ${folder}`, { hint: 'Name the folder that prune has written to.' });
  }
  return readdirSync(folder)
    .filter((name) => /\.parquet(?:\.pending-[0-9a-f]+-\d+)?$/.test(name))
    .sort()
    .map((name) => join(folder, name));
}
