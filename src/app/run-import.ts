import { readFileSync } from 'node:fs';
import { AppError, describeCause } from '../core/app-error.ts';
import type { ImportSummary } from '../core/import-summary.ts';
import { type IgnoreList, ignoreNothing, parseIgnoreList } from '../ingest/ignore-list.ts';
import { importSources } from '../ingest/import-sources.ts';
import type { ImportMode } from '../ingest/usage-collector.ts';
import { fileSource, standardInputSource } from '../source/files.ts';
import type { LineSource } from '../source/source.ts';
import { openStore } from '../store/open-store.ts';
import { disguiseOf } from './pseudonym-key.ts';
import { createRejectsFile } from './rejects-file.ts';
import { namedZone, type Settings } from './settings.ts';

export interface ImportRequest {
  readonly settings: Settings;
  /** Paths, of which `-` is standard input, or sources. */
  readonly files: readonly (string | LineSource)[];
  readonly mode: ImportMode;
  /** Whether a file is removed once everything in it is safely stored. */
  readonly deleteFiles: boolean;
  readonly strict: boolean;
  readonly onProgress: (rawBytes: number, lines: number) => void;
  /** Called with the time that the import had to wait for other processes at the store. */
  readonly onWait?: (waitedMs: number) => void;
}

export interface ImportReport extends ImportSummary {
  /** The store's name. */
  readonly store: string;
  readonly seconds: number;
  /** Files that were removed, and those that could not be, or had changed meanwhile. */
  readonly deleted: number;
  readonly notDeleted: readonly { readonly name: string; readonly message: string }[];
  /** Where the rejected lines are, if there are any. */
  readonly rejectsFile: string | null;
}

/**
 * Imports sources into the store that the settings name, and makes it if need be.
 * @throws AppError
 */
export async function runImport(request: ImportRequest): Promise<ImportReport> {
  const { settings, files, mode, strict, onProgress } = request;
  const startedAt = performance.now();
  const ignore = readIgnoreFile(settings.ignoreFile);
  const disguise = disguiseOf(settings);
  const rejects = createRejectsFile(settings.rejectsFile, disguise === null);
  const { waitMs } = settings;
  const zone = namedZone(settings.zone);
  const store = await openStore(settings.store, { waitMs, zone, ...(request.onWait && { onWait: request.onWait }) });
  const sources = files.map((file) => (typeof file === 'string' ? openableSource(file) : file));
  try {
    await store.prepare();
    const { summary, complete } = await importSources(store, sources, {
      mode,
      zone,
      ignore,
      now: Date.now() / 1000,
      strict,
      threads: settings.threads,
      rejects,
      disguise,
      onProgress,
    });
    const removal = request.deleteFiles ? await removeSources(complete) : { deleted: 0, notDeleted: [] };
    return {
      ...summary,
      ...removal,
      store: store.name,
      rejectsFile: rejects.count > 0 ? rejects.path : null,
      seconds: (performance.now() - startedAt) / 1000,
    };
  } finally {
    await store.close();
  }
}

/** The source that an operand of a command names. */
export function openableSource(file: string): LineSource {
  return file === '-' ? standardInputSource(process.stdin) : fileSource(file);
}

/**
 * The ignore list in a file; without a file, nothing is ignored.
 * @throws AppError IGNORE_FILE
 */
function readIgnoreFile(path: string | null): IgnoreList {
  if (path === null) return ignoreNothing;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new AppError('IGNORE_FILE', `cannot read the ignore file ${path}: ${describeCause(cause)}`, { cause });
  }
  return parseIgnoreList(text, path);
}

async function removeSources(sources: readonly LineSource[]): Promise<Pick<ImportReport, 'deleted' | 'notDeleted'>> {
  let deleted = 0;
  const notDeleted: { name: string; message: string }[] = [];
  for (const source of sources) {
    try {
      if (await source.remove()) deleted++;
      else notDeleted.push({ name: source.name, message: 'it has changed since it was read' });
    } catch (error) {
      notDeleted.push({ name: source.name, message: describeCause(error) });
    }
  }
  return { deleted, notDeleted };
}
