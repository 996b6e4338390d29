import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AppError, describeCause } from '../core/app-error.ts';
import { forgetParquetRows } from '../parquet/load-duckdb.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { auditLogIn } from './audit-log.ts';
import { blankNames, blankNamesInAudit } from './blank-names.ts';
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
  /** The folder of a listener's journal. */
  readonly journal: string;
  /** Whether it is only told what would go. */
  readonly isDry: boolean;
}

/** Rows of usage of persons, or places where their names stand. */
export interface Forgotten {
  readonly where: string;
  readonly what: 'rows' | 'names' | 'paths';
  readonly count: number;
  /** Why they stay, and what to do; null where they go. */
  readonly stays: string | null;
}

/**
 * Removes persons from everything that modtally keeps: the store, archives, rejected lines, the audit log. Each is
 * changed whole or not at all, and what is done is done: a run that was killed can be made again.
 * @throws AppError
 */
export async function runForget(request: ForgetRequest): Promise<Forgotten[]> {
  const { settings, users, archives, serveFolder, isDry } = request;
  const disguise = disguiseOf(settings, { mayMake: false });
  const names = [...new Set([...users, ...(disguise === null ? [] : users.map(disguise))])];
  const forgotten: Forgotten[] = [];
  const store = await openStore(settings.store, { waitMs: settings.waitMs, zone: settings.zone });
  try {
    let count = 0;
    for (const name of names) count += await store.forgetUser(name, isDry);
    forgotten.push({ where: store.name, what: 'rows', count, stays: null });
    const paths = await pathsOfOthers(store, names);
    if (paths > 0) {
      forgotten.push({ where: store.name, what: 'paths', count: paths, stays: 'others have loaded them' });
    }
  } finally {
    await store.close();
  }
  for (const folder of archives) {
    for (const path of archiveFiles(folder)) {
      const count = await forgetInArchive(path, names, isDry);
      if (count > 0) forgotten.push({ where: path, what: 'rows', count, stays: null });
    }
  }
  const logs = [
    [settings.rejectsFile, blankNames],
    [auditLogIn(serveFolder), blankNamesInAudit],
  ] as const;
  for (const [path, blank] of logs) {
    const count = blank(path, names, isDry);
    if (count > 0) forgotten.push({ where: path, what: 'names', count, stays: null });
  }
  const waiting = namesInJournal(request.journal, names);
  if (waiting > 0) forgotten.push({ where: request.journal, what: 'names', count: waiting, stays: JOURNAL_STAYS });
  return forgotten;
}

/** The ledger knows a journal's lines by what they are: changed ones would be stored a second time. */
const JOURNAL_STAYS = 'the listener removes them when they are in the store: run it again then';

function namesInJournal(folder: string, names: readonly string[]): number {
  if (!existsSync(folder)) return 0;
  const segments = readdirSync(folder).filter((name) => name.endsWith('.log'));
  return segments.reduce((sum, name) => sum + blankNames(join(folder, name), names, true), 0);
}

/** Paths that have a person's name as one of their parts, and that others have loaded. */
async function pathsOfOthers(store: Store, names: readonly string[]): Promise<number> {
  const uses = await store.select({ by: ['path', 'user'], measures: [], filter: {} });
  const isNamed = ({ path, user }: (typeof uses)[number]): boolean =>
    !names.includes(user) && path.split('/').some((part) => names.includes(part));
  return new Set(uses.filter(isNamed).map(({ path }) => path)).size;
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
