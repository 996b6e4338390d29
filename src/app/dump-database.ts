import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, describeCause } from '../core/app-error.ts';
import type { MonthSpan } from '../core/month-span.ts';
import type { SiteZone } from '../core/site-zone.ts';
import type { MysqlTarget } from '../mysql/mysql-target.ts';
import { type DatabaseDay, LmodDatabase } from '../source/lmod-database.ts';
import { WholeFile } from './whole-file.ts';

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
    await writeDays(days, directory);
    const loads = days.reduce((sum, { rows }) => sum + rows, 0);
    return { name: database.name, files: days.length, loads };
  } finally {
    await database.close();
  }
}

/** Writes a file a day. While one day is read, the file of the day before goes to the disk. */
async function writeDays(days: readonly DatabaseDay[], directory: string): Promise<void> {
  let publishing: Promise<void> = Promise.resolve();
  try {
    for (const { date, source } of days) {
      const path = join(directory, `lmodV2_db_${date.replaceAll('-', '_')}.json`);
      const file = await WholeFile.create(path, HINT);
      try {
        const opened = await source.open();
        for await (const chunk of opened.chunks(() => {})) await file.write(chunk);
        await opened.close();
        await publishing;
      } catch (error) {
        await file.discard();
        throw error;
      }
      publishing = file.publish();
      // Should it fail, the next turn tells.
      publishing.catch(() => {});
    }
  } finally {
    await publishing;
  }
}

const HINT = 'Files of earlier days are complete; run it again when there is room.';

async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
  } catch (cause) {
    throw new AppError('OUTPUT', `cannot make the directory ${directory}: ${describeCause(cause)}`, { cause });
  }
}
