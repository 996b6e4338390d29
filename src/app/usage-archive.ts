import { createHash } from 'node:crypto';
import { link, mkdir, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, describeCause } from '../core/app-error.ts';
import { groupBy } from '../core/group-by.ts';
import type { UsageBatch } from '../core/usage-batch.ts';
import { openSpool } from '../parquet/load-duckdb.ts';
import type { UsageSpool } from '../parquet/usage-spool.ts';
import { writeWholeFile } from './whole-file.ts';

/**
 * A folder of Parquet files, one for each month, that takes in rows before a store removes them. A file waits under a
 * name of its own (`usage-2023-11.parquet.pending-…`) until its rows are removed. Should the process die in between,
 * the next run finds it, and sees in the store whether its rows are still there: then the file goes, else it stays.
 */
export class UsageArchive {
  readonly #folder: string;
  readonly #end: number;
  readonly #mark: string;
  readonly #pending: string[] = [];

  /**
   * @param store the store's name; several may share a folder
   * @param end rows before this instant (seconds since 1970 UTC) are removed
   */
  constructor(folder: string, store: string, end: number) {
    this.#folder = folder;
    this.#end = end;
    this.#mark = `.pending-${createHash('sha256').update(store).digest('hex').slice(0, 12)}`;
  }

  /**
   * Takes in all rows before the end, while nobody can change them. When it returns they are safely on the disk.
   * @throws AppError OUTPUT, and nothing is left of them
   */
  async take(rows: AsyncIterable<UsageBatch>): Promise<void> {
    const spool = await openSpool(rows);
    try {
      await this.#attempt(NOTHING_REMOVED, async () => {
        await mkdir(this.#folder, { recursive: true, mode: 0o750 });
        await this.#settle(spool);
      });
      for (const { month, rows } of await spool.months()) {
        const path = join(this.#folder, `usage-${month}.parquet${this.#mark}-${this.#end}`);
        await writeWholeFile(path, (draft) => spool.writeParquet(draft, { month }), NOTHING_REMOVED);
        this.#pending.push(path);
        const written = await this.#attempt(NOTHING_REMOVED, () => spool.countRows(path));
        if (written !== rows) {
          throw new AppError('OUTPUT', `${path} has ${written} rows instead of ${rows}`, { hint: NOTHING_REMOVED });
        }
      }
    } catch (error) {
      for (const path of this.#pending.splice(0)) await unlink(path).catch(() => {});
      throw error;
    } finally {
      await spool.close();
    }
  }

  /**
   * Gives the files their names, since their rows are removed now.
   * @returns their paths
   */
  complete(): Promise<string[]> {
    return this.#attempt(
      'The rows are in it and are removed. Run it again to give the files their names.',
      async () => {
        const paths: string[] = [];
        for (const path of this.#pending.splice(0)) paths.push(await publish(path));
        return paths;
      },
    );
  }

  /**
   * Deals with what runs that died have left behind. All rows of such a run were removed, or none: where each one that
   * would go now is still there, none was; or all were imported anew, and go into this archive. Where none would go
   * now, there is nothing to tell it by, and no need.
   */
  async #settle(spool: UsageSpool): Promise<void> {
    const left = (await readdir(this.#folder)).filter((name) => name.includes(this.#mark));
    const isDraft = (name: string): boolean => /\.new-\d+$/.test(name);
    for (const name of left.filter(isDraft)) await unlink(join(this.#folder, name));
    const runs = groupBy(
      left.filter((name) => !isDraft(name)),
      (name) => name.slice(name.lastIndexOf(this.#mark)),
    );
    for (const names of runs.values()) {
      const paths = names.map((name) => join(this.#folder, name));
      const { sought, found } = await spool.findRows(paths, this.#end);
      if (sought === 0) continue;
      for (const path of paths) await (found === sought ? unlink(path) : publish(path));
    }
  }

  async #attempt<T>(hint: string, use: () => Promise<T>): Promise<T> {
    try {
      return await use();
    } catch (cause) {
      throw new AppError('OUTPUT', `the archive ${this.#folder}: ${describeCause(cause)}`, { hint, cause });
    }
  }
}

/** Gives a file its name: that of its month, or with a number where there is one; never over a file that is there. */
async function publish(pending: string): Promise<string> {
  const stem = pending.slice(0, pending.lastIndexOf('.parquet.pending-'));
  for (let n = 1; ; n++) {
    const path = n === 1 ? `${stem}.parquet` : `${stem}-${n}.parquet`;
    try {
      // A second name that is there already was given by a run that was killed before it took the first away.
      if ((await stat(pending)).nlink === 1) await link(pending, path);
      await unlink(pending);
      return path;
    } catch (cause) {
      if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
    }
  }
}

const NOTHING_REMOVED = 'Nothing was removed. Run it again when there is room, or name another folder.';
