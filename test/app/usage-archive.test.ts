import { linkSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { UsageArchive } from '../../src/app/usage-archive.ts';
import type { Load } from '../../src/core/load.ts';
import { createSiteZone } from '../../src/core/site-zone.ts';
import type { Store } from '../../src/store/store.ts';
import { readParquet } from '../support/duckdb-file.ts';
import { makeLoad, storeLoads } from '../support/make-loads.ts';
import { allStoreKinds, newTarget, openTestStore } from '../support/stores.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const utc = createSiteZone('UTC');
const second = (text: string): number => Date.parse(text) / 1000;
const loadAt = (time: string, fields: Partial<Load> = {}): Load =>
  makeLoad({ timeUs: Date.parse(time) * 1000, ...fields });

/** Loads of two old months and a new one. */
const loads = [
  loadAt('2023-11-30T23:59:59Z'),
  loadAt('2023-12-01T00:00:00Z', { user: "o'b", group: 'bio', direct: true }),
  loadAt('2023-12-31T12:00:00Z', { user: '山田' }),
  loadAt('2023-12-31T13:00:00Z', { user: '山田', jobid: '7' }),
  loadAt('2024-06-01T00:00:00Z'),
];
const end = second('2024-01-01T00:00:00Z');

async function storeOf(kind: (typeof allStoreKinds)[number], some: readonly Load[] = loads): Promise<Store> {
  const store = await openTestStore(newTarget(kind));
  await store.prepare();
  await storeLoads(store, some, utc);
  return store;
}

/** Day, user and loads of all rows in a folder's files. */
function archivedIn(folder: string): Promise<unknown[][]> {
  return readParquet(
    `SELECT day::VARCHAR, "user", loads::INTEGER FROM read_parquet('${folder}/*.parquet') ORDER BY ALL`,
  );
}

const all = [
  ['2023-11-30', 'alice', 1],
  ['2023-12-01', "o'b", 1],
  ['2023-12-31', '山田', 2],
];

describe.each(allStoreKinds)('an archive of what %s removes', (kind) => {
  test('has a file for each month, for owner and group, with what was removed and nothing else', async () => {
    const store = await storeOf(kind);
    const folder = join(temporaryFolder(), 'not', 'there', 'yet');
    const archive = new UsageArchive(folder, store.name, end);
    expect(await store.remove({ end }, (rows) => archive.take(rows))).toBe(3);
    expect(await archive.complete()).toEqual([`${folder}/usage-2023-11.parquet`, `${folder}/usage-2023-12.parquet`]);
    expect(readdirSync(folder)).toEqual(['usage-2023-11.parquet', 'usage-2023-12.parquet']);
    expect(statSync(`${folder}/usage-2023-12.parquet`).mode & 0o777).toBe(0o640);
    expect(await archivedIn(folder)).toEqual(all);
    expect(await store.count({})).toBe(1);
  });

  test('numbers the files of a month that goes in several runs, and overwrites none', async () => {
    const store = await storeOf(kind);
    const folder = temporaryFolder();
    writeFileSync(`${folder}/usage-2023-11.parquet`, 'somebody else’s');
    for (const before of ['2023-12-15', '2024-01-01', '2024-01-01']) {
      const filter = { end: second(`${before}T00:00:00Z`) };
      const archive = new UsageArchive(folder, store.name, filter.end);
      await store.remove(filter, (rows) => archive.take(rows));
      await archive.complete();
    }
    expect(readdirSync(folder)).toEqual([
      'usage-2023-11-2.parquet',
      'usage-2023-11.parquet',
      'usage-2023-12-2.parquet',
      'usage-2023-12.parquet',
    ]);
    expect(readFileSync(`${folder}/usage-2023-11.parquet`, 'utf8')).toBe('somebody else’s');
  });
});

describe('a run that dies', () => {
  /** Removes and archives as a run that is not disturbed. */
  async function run(store: Store, folder: string, before = end): Promise<number> {
    const archive = new UsageArchive(folder, store.name, before);
    const removed = await store.remove({ end: before }, (rows) => archive.take(rows));
    await archive.complete();
    return removed;
  }

  /** What a run leaves behind that dies before its rows are removed: they are archived, and still there. */
  async function dieBefore(store: Store, folder: string, before = end): Promise<void> {
    const archive = new UsageArchive(folder, store.name, before);
    await store.readRows({ end: before }, (rows) => archive.take(rows));
  }

  test('before its rows are removed has archived nothing', async () => {
    const store = await storeOf('duckdb');
    const folder = temporaryFolder();
    await dieBefore(store, folder);
    expect(readdirSync(folder).filter((name) => name.endsWith('.parquet'))).toEqual([]);
    expect(await run(store, folder)).toBe(3);
    expect(await archivedIn(folder)).toEqual(all);
    expect(readdirSync(folder)).toHaveLength(2);
  });

  test('before its rows are removed, though loads come late before the next', async () => {
    const store = await storeOf('duckdb');
    const folder = temporaryFolder();
    await dieBefore(store, folder);
    await storeLoads(store, [loadAt('2023-11-30T01:00:00Z'), loadAt('2023-11-29T01:00:00Z')], utc);
    expect(await run(store, folder)).toBe(4);
    expect(await archivedIn(folder)).toEqual([['2023-11-29', 'alice', 1], ['2023-11-30', 'alice', 2], ...all.slice(1)]);
    expect(readdirSync(folder)).toHaveLength(2);
  });

  test('after its rows are removed has archived them', async () => {
    const store = await storeOf('duckdb');
    const folder = temporaryFolder();
    const archive = new UsageArchive(folder, store.name, end);
    await store.remove({ end }, (rows) => archive.take(rows));
    expect(readdirSync(folder).filter((name) => name.endsWith('.parquet'))).toEqual([]);
    expect(await run(store, folder)).toBe(0);
    expect(await archivedIn(folder)).toEqual(all);
    expect(readdirSync(folder)).toEqual(['usage-2023-11.parquet', 'usage-2023-12.parquet']);
  });

  test('after its rows are removed, though some of them come again before the next', async () => {
    const store = await storeOf('duckdb');
    const folder = temporaryFolder();
    const archive = new UsageArchive(folder, store.name, end);
    await store.remove({ end }, (rows) => archive.take(rows));
    await storeLoads(store, [loadAt('2023-11-30T01:00:00Z'), loadAt('2023-11-30T23:59:59Z')], utc);
    expect(await run(store, folder)).toBe(1);
    expect(await archivedIn(folder)).toEqual([all[0], ['2023-11-30', 'alice', 2], ...all.slice(1)]);
  });

  test('after its rows are removed, though all of them come again before the next', async () => {
    const store = await storeOf('duckdb');
    const folder = temporaryFolder();
    const archive = new UsageArchive(folder, store.name, end);
    await store.remove({ end }, (rows) => archive.take(rows));
    await storeLoads(store, loads, utc);
    // They are in the store and go once more: as the same rows they belong into the archive once.
    expect(await run(store, folder)).toBe(3);
    expect(await archivedIn(folder)).toEqual(all);
    expect(readdirSync(folder)).toHaveLength(2);
  });

  test('while it gives the files their names gives each only one', async () => {
    const store = await storeOf('duckdb');
    const folder = temporaryFolder();
    const archive = new UsageArchive(folder, store.name, end);
    await store.remove({ end }, (rows) => archive.take(rows));
    const [pending = ''] = readdirSync(folder).sort();
    linkSync(join(folder, pending), join(folder, 'usage-2023-11.parquet'));
    await run(store, folder);
    expect(await archivedIn(folder)).toEqual(all);
    expect(readdirSync(folder)).toEqual(['usage-2023-11.parquet', 'usage-2023-12.parquet']);
  });

  test('while it writes leaves a draft that the next clears away', async () => {
    const store = await storeOf('duckdb');
    const folder = temporaryFolder();
    await dieBefore(store, folder);
    const [pending = ''] = readdirSync(folder);
    writeFileSync(join(folder, `${pending}.new-1`), 'PAR1 and no more');
    await run(store, folder);
    expect(readdirSync(folder)).toEqual(['usage-2023-11.parquet', 'usage-2023-12.parquet']);
  });

  test('before its rows are removed, though the next removes less', async () => {
    const store = await storeOf('duckdb');
    const folder = temporaryFolder();
    await dieBefore(store, folder);
    expect(await run(store, folder, second('2023-12-01T00:00:00Z'))).toBe(1);
    expect(await run(store, folder)).toBe(2);
    expect(await archivedIn(folder)).toEqual(all);
    expect(readdirSync(folder)).toHaveLength(2);
  });

  test('after its rows are removed, though the next would remove none of them', async () => {
    const store = await storeOf('duckdb');
    const folder = temporaryFolder();
    const archive = new UsageArchive(folder, store.name, end);
    await store.remove({ end }, (rows) => archive.take(rows));
    const left = readdirSync(folder);
    expect(await run(store, folder, second('2023-11-01T00:00:00Z'))).toBe(0);
    expect(readdirSync(folder)).toEqual(left);
    await run(store, folder, second('2023-12-01T00:00:00Z'));
    expect(await archivedIn(folder)).toEqual(all);
  });

  test('has nothing to do with another store that is archived in the same folder', async () => {
    const [store, other] = [await storeOf('duckdb'), await storeOf('mysql', loads.slice(0, 1))];
    const folder = temporaryFolder();
    await dieBefore(store, folder);
    const left = readdirSync(folder);
    expect(await run(other, folder)).toBe(1);
    expect(readdirSync(folder).sort()).toEqual([...left, 'usage-2023-11.parquet'].sort());
    expect(await run(store, folder)).toBe(3);
    expect(await archivedIn(folder)).toEqual([all[0], ...all]);
  });
});

describe('an archive that cannot be written', () => {
  test('leaves the store as it is', async () => {
    const store = await storeOf('duckdb');
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    const archive = new UsageArchive(join(folder, 'file'), store.name, end);
    await expect(store.remove({ end }, (rows) => archive.take(rows))).rejects.toMatchObject({ code: 'OUTPUT' });
    expect(await store.count({})).toBe(4);
  });
});
