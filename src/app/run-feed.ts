import type { ImportMode } from '../ingest/usage-collector.ts';
import { filePart } from '../source/files.ts';
import { type ImportReport, runImport } from './run-import.ts';
import { readSettings, type SettingsRequest } from './settings.ts';

/** A log that is to be in the store, or its beginning. */
export interface LogPart {
  readonly path: string;
  /** Where to end, in bytes; all of it, unless given. */
  readonly upTo?: number;
  /** What messages call it; its path unless given. */
  readonly name?: string;
}

/** What is fed into the store at a time. It can be handed to another process. */
export interface FeedRequest {
  readonly settings: SettingsRequest;
  readonly parts: readonly LogPart[];
  readonly mode: ImportMode;
  /** How long to wait for other processes at the store; null: as the settings say. */
  readonly waitMs: number | null;
}

export interface FeedReport extends ImportReport {
  /** Time that was waited for other processes at the store, in milliseconds. */
  readonly waitedMs: number;
}

/**
 * Imports parts of logs: what is in the store already is passed over, so that a part may be fed as often as one likes.
 * @throws AppError
 */
export async function runFeed({ settings: request, parts, mode, waitMs }: FeedRequest): Promise<FeedReport> {
  const settings = readSettings(request);
  let waitedMs = 0;
  const report = await runImport({
    settings: waitMs === null ? settings : { ...settings, waitMs },
    files: parts.map(({ path, ...options }) => filePart(path, options)),
    mode,
    deleteFiles: false,
    strict: false,
    onProgress: () => {},
    onWait: (ms) => {
      waitedMs += ms;
    },
  });
  return { ...report, waitedMs };
}
