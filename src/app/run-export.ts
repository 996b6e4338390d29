import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../core/app-error.ts';
import { usageColumns } from '../core/named-row.ts';
import type { SiteZone } from '../core/site-zone.ts';
import type { UsageBatch } from '../core/usage-batch.ts';
import type { UsageFilter } from '../core/usage-query.ts';
import { openSpool } from '../parquet/load-duckdb.ts';
import type { UsageSpool } from '../parquet/usage-spool.ts';
import { openStore } from '../store/open-store.ts';
import { keysAmong } from '../view/select-columns.ts';
import { createDumpRecords, createUsageCsv, dumpRecordKeys, type RowFormat } from '../view/usage-rows.ts';
import type { Settings } from './settings.ts';
import { writeOutput } from './standard-output.ts';
import { writeWholeFile } from './whole-file.ts';

/** What usage can be exported as. */
export const exportFormats = ['parquet', 'csv', 'jsonl'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportRequest {
  readonly settings: Settings;
  readonly filter: UsageFilter;
  readonly format: ExportFormat;
  /** Null for standard output, which Parquet cannot be written to. */
  readonly file: string | null;
  /** What of each row is written, by the names in the file; null for all. */
  readonly columns: readonly string[] | null;
  /** Rows at the most; null for all. */
  readonly limit: number | null;
}

/**
 * Writes the rows of a store that a filter lets through, in one order whatever the store.
 * @returns the number of rows, and the store's name
 * @throws AppError
 */
export async function runExport({
  settings,
  filter,
  format,
  file,
  columns,
  limit,
}: ExportRequest): Promise<{ rows: number; store: string }> {
  const write = writerOf(format, columns, settings.zone);
  if (file !== null) await requireReplaceable(file);
  const store = await openStore(settings.store, { waitMs: settings.waitMs, zone: settings.zone });
  const spool = await store.readRows(filter, openSpool).finally(() => store.close());
  try {
    await write(spool, limit, file);
    return { rows: Math.min(spool.length, limit ?? spool.length), store: store.name };
  } finally {
    await spool.close();
  }
}

type Writer = (spool: UsageSpool, limit: number | null, file: string | null) => Promise<void>;

/** @throws AppError USAGE where the format has no such columns */
function writerOf(format: ExportFormat, names: readonly string[] | null, zone: SiteZone): Writer {
  if (format === 'jsonl') return textWriter(createDumpRecords(keysAmong(dumpRecordKeys, names ?? dumpRecordKeys)));
  const columns = keysAmong(usageColumns, names ?? usageColumns);
  if (format === 'csv') return textWriter(createUsageCsv(zone, columns));
  return async (spool, limit, file) => {
    if (file === null) throw new RangeError('Parquet needs a file');
    await writeWholeFile(file, (draft) => spool.writeParquet(draft, { columns, limit }));
  };
}

function textWriter(format: RowFormat): Writer {
  return async (spool, limit, file) => {
    const text = textOf(spool.rows(limit), format);
    if (file === null) for await (const part of text) await writeOutput(part);
    else await writeWholeFile(file, (draft) => pipeline(Readable.from(text), createWriteStream(draft)));
  };
}

async function* textOf(rows: AsyncIterable<UsageBatch>, { heading, format }: RowFormat): AsyncGenerator<string> {
  yield heading;
  for await (const batch of rows) yield format(batch);
}

/** A file takes the place of one that is there: a folder, a device or a pipe would be lost by it. */
async function requireReplaceable(file: string): Promise<void> {
  const stats = await stat(file).catch(() => null);
  if (stats === null || stats.isFile()) return;
  throw new AppError('OUTPUT', `${file} is ${stats.isDirectory() ? 'a folder' : 'no file'}`, {
    hint: 'Name a file, or leave it out for standard output.',
  });
}
