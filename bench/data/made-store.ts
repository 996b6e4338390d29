import { constants, mkdirSync, rmSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSiteZone } from '../../src/core/site-zone.ts';
import type { UsageBatch } from '../../src/core/usage-batch.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import type { Bench } from '../benchmark.ts';
import { type Centre, createCentre } from './centre.ts';
import { dataVersion, FIRST_DAY, SEED, storeVersion } from './data-version.ts';
import { createRandom } from './random.ts';
import { talliesOfDay } from './tally-batches.ts';

/** An embedded store with tallies. */
export interface MadeStore {
  readonly path: string;
  readonly centre: Centre;
  readonly days: number;
  readonly tallies: number;
}

/** Clusters of the smaller store. */
const CLUSTERS = 3;

/**
 * A store with the tallies of the size's days; it must not be changed.
 * @param times how many times the clusters, the users and the tallies of the smaller store
 */
export async function madeStore({ size, data, say }: Bench, times: 1 | 5): Promise<MadeStore> {
  const { days } = size;
  const centre = createCentre(CLUSTERS * times, SEED);
  const talliesADay = size.talliesADay * times;
  const version = [dataVersion, storeVersion, days, talliesADay];
  const folder = await data.keep(`${size.name}-store-${times}`, version, async (draft) => {
    say(`filling a store with ${days * talliesADay} tallies, day by day`);
    mkdirSync(draft);
    await withStore(join(draft, 'usage.duckdb'), async (store) => {
      const random = createRandom(SEED);
      for (let day = FIRST_DAY; day < FIRST_DAY + days; day++) {
        await importTallies(store, talliesOfDay(centre, day, talliesADay, random));
      }
    });
  });
  return { path: join(folder, 'usage.duckdb'), centre, days, tallies: days * talliesADay };
}

/** Opens an embedded store, made if need be, for a piece of work. */
export async function withStore<T>(path: string, use: (store: Store) => Promise<T>): Promise<T> {
  const store = await openStore({ kind: 'duckdb', path }, { waitMs: 60_000, zone: createSiteZone('UTC') });
  try {
    await store.prepare();
    return await use(store);
  } finally {
    await store.close();
  }
}

/** Imports tallies as a nightly import does, but from no file. */
export async function importTallies(store: Store, batch: UsageBatch): Promise<void> {
  const storeImport = await store.openImport();
  try {
    await storeImport.add(batch, 0);
    const nothing = { files: 0, lines: 0, loads: 0, ignored: 0, skipped: 0, rejected: 0, already: 0 };
    await storeImport.commit({ ...nothing, startedAt: 0, zone: 'UTC' }, [], 0);
  } finally {
    await storeImport.close();
  }
}

/** A copy of a store, for what changes it. */
export async function copyStore(path: string, copy: string): Promise<string> {
  removeStore(copy);
  await copyFile(path, copy, constants.COPYFILE_FICLONE);
  return copy;
}

/** Removes an embedded store with all that lies beside it. */
export function removeStore(path: string): void {
  for (const suffix of ['', '.wal', '.queue']) rmSync(`${path}${suffix}`, { recursive: true, force: true });
}
