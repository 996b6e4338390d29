import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError, describeCause } from '../core/app-error.ts';
import type { MonthSpan } from '../core/month-span.ts';
import type { SiteZone } from '../core/site-zone.ts';
import type { MysqlTarget } from '../mysql/mysql-target.ts';
import { LmodDatabase } from '../source/lmod-database.ts';
import { writeWholeFile } from './whole-file.ts';

/**
 * Writes a gen_1 database as dump files, `lmodV2_db_YYYY_MM_DD.json` for each day that has loads. They show one
 * moment of the database, and each appears whole or not at all.
 * @returns the database's name, the number of files and of loads
 * @throws AppError
 */
export async function dumpDatabase(
  target: MysqlTarget,
  zone: SiteZone,
  span: MonthSpan,
  directory: string,
): Promise<{ name: string; files: number; loads: number }> {
  const database = await LmodDatabase.open(target, zone);
  try {
    const days = await database.listDays(span.start, span.end);
    if (days.length > 0) await makeDirectory(directory);
    let loads = 0;
    for (const { date, rows, source } of days) {
      const opened = await source.open();
      const path = join(directory, `lmodV2_db_${date.replaceAll('-', '_')}.json`);
      const chunks = opened.chunks(() => {});
      await writeWholeFile(
        path,
        (draft) => pipeline(Readable.from(chunks), createWriteStream(draft)),
        'Files of earlier days are complete; run it again when there is room.',
      ).finally(opened.close);
      loads += rows;
    }
    return { name: database.name, files: days.length, loads };
  } finally {
    await database.close();
  }
}

async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
  } catch (cause) {
    throw new AppError('OUTPUT', `cannot make the directory ${directory}: ${describeCause(cause)}`, { cause });
  }
}
