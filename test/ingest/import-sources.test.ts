import { appendFileSync, copyFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createSiteZone } from '../../src/core/site-zone.ts';
import { parseIgnoreList } from '../../src/ingest/ignore-list.ts';
import { fileSource } from '../../src/source/files.ts';
import type { LineSource } from '../../src/source/source.ts';
import type { Store } from '../../src/store/store.ts';
import { compress, compressors } from '../support/compress.ts';
import { importInto, loadLine, now, RejectList } from '../support/import-texts.ts';
import { newTarget, openTestStore, storeKinds } from '../support/stores.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const lines = (first: number, count: number): string =>
  Array.from({ length: count }, (_, i) => `${loadLine(first + i)}\n`).join('');

/** Writes a file of some name in a folder of its own. */
function write(name: string, content: string | Uint8Array): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}

describe.each(storeKinds)('importing into %s', (kind) => {
  async function open(): Promise<Store> {
    const store = await openTestStore(newTarget(kind));
    await store.prepare();
    return store;
  }

  async function loadsOf(store: Store): Promise<{ path: string; loads: number }[]> {
    const rows = await store.select({ by: ['path'], measures: ['loads'], filter: {} });
    return rows.sort((one, other) => Number(one.path.slice(1)) - Number(other.path.slice(1)));
  }

  /** Every one of the numbered loads is in once, and nothing else is. */
  async function expectLoads(store: Store, first: number, count: number): Promise<void> {
    const expected = Array.from({ length: count }, (_, i) => ({ path: `/${first + i}`, loads: 1 }));
    expect(await loadsOf(store)).toEqual(expected);
  }

  test('takes everything in once, however often the same files are given', async () => {
    const store = await open();
    const log = write('a.log', lines(0, 20));
    const first = await importInto(store, [fileSource(log)]);
    expect(first.summary).toMatchObject({ files: 1, lines: 20, loads: 20, already: 0, newRows: 20, failures: [] });
    for (let again = 0; again < 2; again++) {
      const { summary } = await importInto(store, [fileSource(log)]);
      expect(summary).toMatchObject({ files: 1, lines: 0, loads: 0, already: 20, newRows: 0, bytes: 0 });
    }
    await expectLoads(store, 0, 20);
  });

  test('knows content again that was renamed, copied, touched or compressed', async () => {
    const store = await open();
    const log = write('a.log', lines(0, 20));
    await importInto(store, [fileSource(log)]);
    renameSync(log, `${log}.1`);
    copyFileSync(`${log}.1`, `${log}.copy`);
    const paths = [
      `${log}.1`,
      `${log}.copy`,
      ...compressors.map((program) => write('x', compress(program, lines(0, 20)))),
    ];
    const { summary } = await importInto(store, paths.map(fileSource));
    expect(summary).toMatchObject({ files: 5, lines: 0, already: 100, newRows: 0 });
    utimesSync(`${log}.1`, now, now);
    expect((await importInto(store, [fileSource(`${log}.1`)])).summary).toMatchObject({ lines: 0, already: 20 });
    await expectLoads(store, 0, 20);
  });

  test('takes a file once that is given twice, under one name or two', async () => {
    const store = await open();
    const log = write('a.log', lines(0, 5));
    copyFileSync(log, `${log}.copy`);
    const { summary } = await importInto(store, [log, log, `${log}.copy`].map(fileSource));
    expect(summary).toMatchObject({ files: 3, lines: 5, already: 10, newRows: 5 });
    await expectLoads(store, 0, 5);
  });

  test.each([
    ['the shorter first', [0, 1]],
    ['the longer first', [1, 0]],
  ])('takes two versions of a file once that are given together: %s', async (_, order) => {
    const store = await open();
    const paths = [write('short.log', lines(0, 5)), write('long.log', lines(0, 9))];
    const { summary } = await importInto(
      store,
      order.map((i) => fileSource(paths[i] ?? '')),
    );
    expect(summary).toMatchObject({ files: 2, lines: 9, already: 5, newRows: 9 });
    await expectLoads(store, 0, 9);
    expect((await store.readLedger()).entries).toMatchObject([{ lines: 9 }]);
  });

  test('takes what a file has grown by, and leaves a last line that is being written', async () => {
    const store = await open();
    const log = write('a.log', lines(0, 3) + loadLine(3).slice(0, 40));
    utimesSync(log, now, now);
    const first = await importInto(store, [fileSource(log)]);
    expect(first.summary).toMatchObject({ lines: 3, waiting: [log] });
    expect(first.complete).toEqual([]);
    appendFileSync(log, `${loadLine(3).slice(40)}\n${lines(4, 2)}`);
    const second = await importInto(store, [fileSource(log)]);
    expect(second.summary).toMatchObject({ lines: 3, already: 3, waiting: [] });
    expect(second.complete).toHaveLength(1);
    await expectLoads(store, 0, 6);
  });

  test('leaves out a file that is damaged, names it, and takes it when it is whole', async () => {
    const store = await open();
    const whole = compress('gzip', lines(10, 2000));
    const damaged = write('b.log.gz', whole.subarray(0, whole.length - 100));
    const sources = [
      write('a.log', lines(0, 5)),
      damaged,
      join(temporaryFolder(), 'none'),
      write('c.log', lines(5, 5)),
    ];
    const { summary, complete } = await importInto(store, sources.map(fileSource));
    expect(summary).toMatchObject({ files: 2, lines: 10, loads: 10, newRows: 10 });
    expect(summary.failures).toMatchObject([
      { name: damaged, message: expect.stringContaining(`cannot decompress ${damaged}`) },
      { message: expect.stringContaining('ENOENT') },
    ]);
    expect(complete.map(({ name }) => name)).toEqual([sources[0], sources[3]]);
    await expectLoads(store, 0, 10);
    writeFileSync(damaged, whole);
    expect((await importInto(store, [fileSource(damaged)])).summary).toMatchObject({ loads: 2000, failures: [] });
    await expectLoads(store, 0, 2010);
  });

  test('takes nothing in where it is strict and a line is rejected, and says which', async () => {
    const store = await open();
    const rejects = new RejectList();
    const bad = write('b.log', `${lines(5, 2)}user= module=m path=/p\n`);
    const sources = [write('a.log', lines(0, 5)), bad].map(fileSource);
    await expect(importInto(store, sources, { strict: true, rejects })).rejects.toMatchObject({
      code: 'INPUT_REJECTED',
      message: `${bad}:3: rejected (user)`,
    });
    expect(await loadsOf(store)).toEqual([]);
    expect((await store.readLedger()).entries).toEqual([]);
    expect(rejects.kept).toEqual([]);
    const others = new RejectList();
    const { summary } = await importInto(store, sources, { rejects: others });
    expect(summary).toMatchObject({ lines: 8, loads: 7, rejected: { user: 1 } });
    expect(others.kept).toEqual([`${bad}:3 user`]);
  });

  test('accounts for every line of a log of all kinds', async () => {
    const store = await open();
    const text = [
      lines(0, 3),
      '\n   \n',
      'Nov 11 00:00:00 c1 sshd[1]: x\n',
      'user=u module=lmod/8 path=/p time=1731283200\n',
      'user=u module=lmod/8 path=/p time=soon\n',
      'lmod: module=m\n',
      '{"user":"u"\n',
      'user=a\xff module=m path=/p\n',
    ];
    const log = write('a.log', Buffer.from(text.join(''), 'latin1'));
    const ignore = parseIgnoreList('# not counted\nlmod', 'ignore');
    const { summary } = await importInto(store, [fileSource(log)], { ignore });
    expect(summary).toMatchObject({
      lines: 11,
      loads: 3,
      ignored: 1,
      skipped: { empty: 2, 'not a load': 1 },
      rejected: { time: 1, user: 2, json: 1 },
    });
  });

  test('keeps each load as a row where all are wanted, once', async () => {
    const store = await open();
    const log = write('a.log', `${loadLine(1)}\n`.repeat(3));
    for (const newRows of [3, 0]) {
      const { summary } = await importInto(store, [fileSource(log)], { mode: 'all' });
      expect(summary.newRows).toBe(newRows);
    }
    expect(await store.count({})).toBe(3);
    expect(await loadsOf(store)).toEqual([{ path: '/1', loads: 3 }]);
  });

  test('reads a JSON file as records and any other as a log', async () => {
    const store = await open();
    const record = '{"user":"u","module":"m","path":"/1","syshost":"ls6","date":"1731283200"}\n';
    const paths = [write('a.json', `${record}not JSON\n`), write('b.log', `${record.replace('/1', '/2')}not JSON\n`)];
    const { summary } = await importInto(store, paths.map(fileSource));
    expect(summary).toMatchObject({ loads: 2, rejected: { json: 1 }, skipped: { 'not a load': 1 } });
  });

  test('counts days and reads times without a zone by the zone of the site', async () => {
    const zone = createSiteZone('America/Chicago');
    const store = await openTestStore(newTarget(kind), zone);
    await store.prepare();
    const log = write(
      'a.log',
      'Nov 10 23:59:59 c1 lmod: user=u module=m path=/1\nNov 11 00:00:00 c1 lmod: user=u module=m path=/1\n',
    );
    utimesSync(log, now, now);
    await importInto(store, [fileSource(log)], { zone });
    const days = await store.select({ by: ['day'], measures: ['first'], filter: {} });
    expect(days.sort((one, other) => one.day - other.day)).toEqual([
      { day: 20_037, first: Date.UTC(2024, 10, 11, 5, 59, 59) / 1000 },
      { day: 20_038, first: Date.UTC(2024, 10, 11, 6) / 1000 },
    ]);
  });

  test('takes the year of a log that has none from when it was last written', async () => {
    const store = await open();
    const log = write('a.log', 'Dec 24 12:00:00 c1 lmod: user=u module=m path=/1\n');
    const newYear = Date.UTC(2021, 0, 1) / 1000;
    utimesSync(log, newYear, newYear);
    await importInto(store, [fileSource(log)]);
    const [row] = await store.select({ by: [], measures: ['first'], filter: {} });
    expect(row).toEqual({ first: Date.UTC(2020, 11, 24, 12) / 1000 });
  });

  test('believes the times in a log, though its file says that it is older', async () => {
    const store = await open();
    const log = write('a.log', lines(0, 2));
    const longAgo = Date.UTC(2010, 0, 1) / 1000;
    utimesSync(log, longAgo, longAgo);
    expect((await importInto(store, [fileSource(log)])).summary).toMatchObject({ loads: 2, rejected: {} });
  });

  test('cuts names that are too long to what the store holds, and counts them', async () => {
    const store = await open();
    const path = `/${'é'.repeat(1500)}`;
    const long = (end: string): string => `user=${'u'.repeat(300)} module=m path=${path}${end} time=1731283200\n`;
    const { summary } = await importInto(store, [fileSource(write('a.log', long('a') + long('b')))]);
    expect(summary).toMatchObject({ loads: 2, newRows: 1 });
    expect(summary.cut).toBeGreaterThanOrEqual(3);
    expect(await store.select({ by: ['path'], measures: ['loads'], filter: {} })).toEqual([
      { path: path.slice(0, 1024), loads: 2 },
    ]);
  });

  test('takes in as many loads as records can stand for, and is not stopped by one that overdoes it', async () => {
    const store = await open();
    const record = (loads: number, second: number): string =>
      `${JSON.stringify({ user: 'u', module: 'm', path: '/1', date: 1_731_283_200 + second, loads })}\n`;
    const log = [record(86_400_000, 0), record(5e9, 1), record(86_400_000, 2), lines(2, 1)].join('');
    const { summary } = await importInto(store, [fileSource(write('a.json', log))]);
    expect(summary).toMatchObject({ lines: 4, loads: 2, rejected: { counts: 1, json: 1 } });
    expect(await loadsOf(store)).toEqual([{ path: '/1', loads: 172_800_000 }]);
  });

  test('tells how far it is', async () => {
    const store = await open();
    const content = lines(0, 100);
    let bytes = 0;
    let read = 0;
    await importInto(store, [fileSource(write('a.log', content))], {
      onProgress: (rawBytes, n) => {
        bytes += rawBytes;
        read += n;
      },
    });
    expect({ bytes, read }).toEqual({ bytes: content.length, read: 100 });
  });

  describe('while another import takes in the same content', () => {
    /** A source that another import takes in as soon as this one has looked at the ledger. */
    function overtaken(source: LineSource, overtake: () => Promise<unknown>): LineSource {
      let isFirst = true;
      return {
        ...source,
        async open() {
          if (isFirst) await overtake();
          isFirst = false;
          return source.open();
        },
      };
    }

    test('is made anew, and takes in what is left', async () => {
      const target = newTarget(kind);
      const store = await openTestStore(target);
      await store.prepare();
      const shared = write('a.log', `${lines(0, 5)}user= module=m path=/p\n`);
      const own = write('b.log', `${lines(5, 5)}user= module=m path=/p\n`);
      const overtake = async (): Promise<void> => {
        const other = await openTestStore(target);
        await importInto(other, [fileSource(shared)]);
        await other.close();
      };
      const rejects = new RejectList();
      const sources = [overtaken(fileSource(shared), overtake), fileSource(own)];
      const { summary, complete } = await importInto(store, sources, { rejects });
      expect(summary).toMatchObject({ files: 2, lines: 6, loads: 5, already: 6, newRows: 5, rejected: { user: 1 } });
      expect(complete).toHaveLength(2);
      expect(rejects.kept).toEqual([`${own}:6 user`]);
      await expectLoads(store, 0, 10);
    });

    test('is not disturbed by an import of something else', async () => {
      const target = newTarget(kind);
      const store = await openTestStore(target);
      await store.prepare();
      const overtake = async (): Promise<void> => {
        const other = await openTestStore(target);
        await importInto(other, [fileSource(write('b.log', lines(5, 5)))]);
        await other.close();
      };
      const rejects = new RejectList();
      const source = overtaken(fileSource(write('a.log', lines(0, 5))), overtake);
      expect((await importInto(store, [source], { rejects })).summary).toMatchObject({ lines: 5, newRows: 5 });
      expect(rejects.restarts).toBe(1);
      await expectLoads(store, 0, 10);
    });
  });
});
