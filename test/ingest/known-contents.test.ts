import { describe, expect, test } from 'vitest';
import type { LineSource } from '../../src/source/source.ts';
import { importInto, loadLine, now } from '../support/import-texts.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { textSource } from '../support/text-source.ts';

const log = `${loadLine(1)}\n${loadLine(2)}\n`;

/** A source that fails as soon as somebody reads it. */
function unreadable(stamp: string | null, name = 'log'): LineSource {
  const source = textSource('', { name });
  return {
    ...source,
    open: async () => ({
      ...(await source.open()),
      stamp,
      chunks: () => {
        throw new Error('it was read');
      },
    }),
  };
}

describe('a file in the very state in which it was last seen', () => {
  test('is not read again, and its lines are accounted for', async () => {
    const store = new MemoryStore();
    await importInto(store, [textSource(log, { stamp: 's1' })]);
    const source = unreadable('s1', 'renamed');
    const { summary, complete } = await importInto(store, [source]);
    expect(summary).toMatchObject({ files: 1, lines: 0, already: 2, bytes: 0 });
    expect(complete).toEqual([source]);
  });

  test('is not read again within one import either', async () => {
    const store = new MemoryStore();
    const { summary } = await importInto(store, [textSource(log, { stamp: 's1' }), unreadable('s1')]);
    expect(summary).toMatchObject({ files: 2, lines: 2, already: 2 });
  });

  test('is read again as long as its last line waits', async () => {
    const store = new MemoryStore();
    const open = textSource(`${log}half a line`, { stamp: 's1', writtenAt: now });
    expect((await importInto(store, [open])).summary.waiting).toEqual(['text']);
    await expect(importInto(store, [unreadable('s1')])).rejects.toThrow('it was read');
    const stale = textSource(`${log}half a line`, { stamp: 's1', writtenAt: now - 100_000 });
    const { summary } = await importInto(store, [stale]);
    expect(summary).toMatchObject({ lines: 1, already: 2, waiting: [] });
    expect((await importInto(store, [unreadable('s1')])).summary).toMatchObject({ lines: 0, already: 3 });
  });

  test('is recognised after its content was met again elsewhere', async () => {
    const store = new MemoryStore();
    await importInto(store, [textSource(log, { stamp: 's1' })]);
    await importInto(store, [textSource(log, { stamp: 's2', name: 'copy' })]);
    expect((await store.readLedger()).entries).toMatchObject([{ id: 1, stamp: 's2', name: 'copy', lines: 2 }]);
    expect((await importInto(store, [unreadable('s2')])).summary).toMatchObject({ already: 2 });
  });

  test('is not mistaken for another file that has no state', async () => {
    const store = new MemoryStore();
    await importInto(store, [textSource(log)]);
    await expect(importInto(store, [unreadable(null)])).rejects.toThrow('it was read');
  });
});

describe('the ledger', () => {
  test('has one entry for a content that grows, and another for one that differs', async () => {
    const store = new MemoryStore();
    for (const [content, stamp] of [
      [log, 's1'],
      [`${log}${loadLine(3)}\n`, 's2'],
      [`${loadLine(4)}\n`, 's3'],
      [`${log}${loadLine(3)}\n${loadLine(5)}\n`, 's4'],
    ] as const) {
      await importInto(store, [textSource(content, { stamp })]);
    }
    const { entries } = await store.readLedger();
    expect(entries).toMatchObject([
      { id: 1, lines: 4, stamp: 's4', tailWaits: false },
      { id: 2, lines: 1, stamp: 's3' },
    ]);
  });

  test('takes in one entry for what grows within one import', async () => {
    const store = new MemoryStore();
    await importInto(store, [textSource(log), textSource(`${log}${loadLine(3)}\n`), textSource(log)]);
    expect((await store.readLedger()).entries).toMatchObject([{ id: 1, lines: 3 }]);
  });

  test('takes in nothing where there is nothing new', async () => {
    const store = new MemoryStore();
    await importInto(store, [textSource(log, { stamp: 's1' })]);
    const before = await store.readLedger();
    await importInto(store, [textSource(log)]);
    await importInto(store, [textSource(`${loadLine(1)}\n`, { stamp: 's5' })]);
    await importInto(store, [textSource('')]);
    expect((await store.readLedger()).entries).toEqual(before.entries);
  });
});
