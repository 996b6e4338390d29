import { describe, expect, test } from 'vitest';
import type { ImportSummary } from '../../src/core/import-summary.ts';
import { ignoreMatching } from '../../src/ingest/ignore-list.ts';
import { importInto, loadLine, now, pathOf, RejectList } from '../support/import-texts.ts';
import { MemoryStore } from '../support/memory-store.ts';
import { type TextSourceOptions, textSource } from '../support/text-source.ts';

async function take(
  store: MemoryStore,
  content: string | Uint8Array,
  options: TextSourceOptions = {},
): Promise<ImportSummary> {
  return (await importInto(store, [textSource(content, options)])).summary;
}

const linesFrom = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => loadLine(first + i));
const text = (lines: readonly string[], newline = '\n'): string => lines.map((line) => line + newline).join('');

/** Every one of the numbered loads is in once, and nothing else is. */
function expectLoads(store: MemoryStore, first: number, count: number): void {
  const expected = Array.from({ length: count }, (_, i): [string, number] => [pathOf(first + i), 1]);
  expect(new Map(store.loads)).toEqual(new Map(expected));
}

describe('content', () => {
  const content = text(linesFrom(0, 10));

  test('that is new is read line by line', async () => {
    const store = new MemoryStore();
    expect(await take(store, content)).toMatchObject({ files: 1, lines: 10, loads: 10, already: 0, waiting: [] });
    expectLoads(store, 0, 10);
  });

  test('that was imported before is known again, whatever its name and its chunks', async () => {
    const store = new MemoryStore();
    await take(store, content);
    for (const options of [{}, { name: 'other' }, { chunkBytes: 1 }, { isFinal: true }, { chunkBytes: 1e6 }]) {
      expect(await take(store, content, options)).toMatchObject({ lines: 0, loads: 0, already: 10, bytes: 0 });
    }
    expectLoads(store, 0, 10);
  });

  test('that has grown gives its new lines', async () => {
    const store = new MemoryStore();
    await take(store, content);
    const more = text(linesFrom(10, 5));
    expect(await take(store, content + more)).toMatchObject({ lines: 5, already: 10, bytes: more.length });
    expectLoads(store, 0, 15);
    expect(await take(store, content + more)).toMatchObject({ lines: 0, already: 15 });
  });

  test('that is a shorter copy of something gives nothing', async () => {
    const store = new MemoryStore();
    await take(store, content);
    for (const lines of [9, 5, 1]) {
      expect(await take(store, text(linesFrom(0, lines)))).toMatchObject({ lines: 0, already: lines });
    }
    expectLoads(store, 0, 10);
  });

  test('that begins like another and goes on differently gives what is different', async () => {
    const store = new MemoryStore();
    await take(store, content);
    const other = text([...linesFrom(0, 6), ...linesFrom(100, 4)]);
    expect(await take(store, other)).toMatchObject({ lines: 4, loads: 4, already: 6 });
    expect(await take(store, other)).toMatchObject({ lines: 0, already: 10 });
    expect(await take(store, content)).toMatchObject({ lines: 0, already: 10 });
    expect(store.loads.size).toBe(14);
  });

  test('that was cut by copytruncate and has grown anew is new', async () => {
    const store = new MemoryStore();
    await take(store, content);
    expect(await take(store, text(linesFrom(10, 3)))).toMatchObject({ lines: 3, already: 0 });
    expect(await take(store, content)).toMatchObject({ lines: 0, already: 10 });
    expectLoads(store, 0, 13);
  });

  test('that was cut by copytruncate under a writer that keeps its place begins with a hole', async () => {
    const store = new MemoryStore();
    await take(store, content);
    const hole = '\0'.repeat(content.length);
    expect(await take(store, hole)).toMatchObject({ lines: 0, loads: 0, skipped: {}, waiting: [] });
    expect(await take(store, hole + text(linesFrom(10, 3)))).toMatchObject({ lines: 3, loads: 3, already: 0 });
    expect(await take(store, hole + text(linesFrom(10, 4)))).toMatchObject({ lines: 1, loads: 1, already: 3 });
    expectLoads(store, 0, 14);
  });

  test('that has nothing in common with a longer one but a hole is new, in whatever order they come', async () => {
    const hole = '\0'.repeat(100_000);
    const older = hole + text(linesFrom(0, 2));
    const newer = '\0'.repeat(older.length) + text(linesFrom(2, 2));
    for (const order of [
      [older, newer],
      [newer, older],
    ]) {
      const store = new MemoryStore();
      for (const log of order) expect(await take(store, log)).toMatchObject({ lines: 2, loads: 2, already: 0 });
      for (const log of order) expect(await take(store, log)).toMatchObject({ lines: 0, already: 2 });
      expectLoads(store, 0, 4);
    }
  });

  test('of one line, of empty lines and of none is known again', async () => {
    const store = new MemoryStore();
    for (const [small, lines] of [
      ['', 0],
      ['\n', 1],
      ['\n\n\n', 3],
      [`${loadLine(1)}\n`, 1],
    ] as const) {
      const first = await take(store, small, { name: 'small' });
      expect(first.lines + first.already).toBe(lines);
      expect(await take(store, small)).toMatchObject({ lines: 0, already: lines });
    }
    expectLoads(store, 1, 1);
  });

  test('of the same lines twice over counts them twice: they stand in two places', async () => {
    const store = new MemoryStore();
    expect(await take(store, content + content)).toMatchObject({ lines: 20, loads: 20 });
    expect([...store.loads.values()]).toEqual(Array(10).fill(2));
  });
});

describe('each line', () => {
  const lines = [
    loadLine(1),
    '',
    'Nov 11 00:00:00 c1 sshd[1]: Accepted',
    'Nov 11 00:00:00 c1 lmod: user= module=m path=/p',
    loadLine(2),
    'Nov 11 00:00:00 c1 lmod: user=a module=ignored/1 path=/p time=1731283200',
    '   ',
    'Nov 11 00:00:00 c1 lmod: user=a module=m path=/p time=x',
    '{"user":"a","module":"m","path":"/3","date":"1731283200"}',
    '{"user":',
  ];

  test('has its place in the account', async () => {
    const store = new MemoryStore();
    const rejects = new RejectList();
    const ignore = ignoreMatching([/^ignored/]);
    const source = textSource(text(lines), { name: 'log' });
    const { summary } = await importInto(store, [source], { ignore, rejects });
    expect(summary).toMatchObject({
      lines: 10,
      loads: 3,
      ignored: 1,
      skipped: { empty: 2, 'not a load': 1 },
      rejected: { user: 1, time: 1, json: 1 },
    });
    expect(rejects.kept).toEqual(['log:4 user', 'log:8 time', 'log:10 json']);
  });

  test('is named by its number in the whole source, also where much of it is known', async () => {
    const store = new MemoryStore();
    const rejects = new RejectList();
    const start = text(linesFrom(0, 7));
    await importInto(store, [textSource(start)], { rejects });
    await importInto(store, [textSource(start + text(lines), { name: 'log' })], { rejects });
    expect(rejects.kept).toEqual(['log:11 user', 'log:15 time', 'log:17 json']);
  });
});

describe('a last line without its newline', () => {
  const start = text(linesFrom(0, 3));
  const half = loadLine(3).slice(0, 36);

  test('waits, where somebody may be writing it', async () => {
    const store = new MemoryStore();
    expect(await take(store, start + half, { name: 'log' })).toMatchObject({ lines: 3, loads: 3, waiting: ['log'] });
    expectLoads(store, 0, 3);
    expect(await take(store, `${start + loadLine(3)}\n`)).toMatchObject({ lines: 1, already: 3, waiting: [] });
    expectLoads(store, 0, 4);
  });

  test('waits as long as it is all there is', async () => {
    const store = new MemoryStore();
    expect(await take(store, half, { name: 'log' })).toMatchObject({ files: 1, lines: 0, waiting: ['log'] });
    expect(store.imports).toHaveLength(1);
    expect((await store.readLedger()).entries).toEqual([]);
    expect(await take(store, text(linesFrom(3, 1)))).toMatchObject({ lines: 1, loads: 1 });
  });

  test('is taken where the source will not grow any more', async () => {
    const store = new MemoryStore();
    const summary = await take(store, start + half, { isFinal: true });
    expect(summary).toMatchObject({ lines: 4, loads: 3, rejected: { module: 1 }, waiting: [] });
  });

  test('is taken where nobody has written for a day', async () => {
    const store = new MemoryStore();
    const aDayAgo = now - 86_400;
    expect(await take(store, start + half, { writtenAt: aDayAgo })).toMatchObject({ lines: 3, waiting: ['text'] });
    expect(await take(store, start + half, { writtenAt: aDayAgo - 1 })).toMatchObject({ lines: 1, waiting: [] });
    expect(await take(store, start + half, { writtenAt: aDayAgo - 1 })).toMatchObject({ lines: 0, already: 4 });
  });

  test.each([
    ['ends in a time down to the microsecond', loadLine(3)],
    ['ends in such a time, in quotes', loadLine(3).replace(/time=(.*)/, 'time="$1"')],
    ['ends in such a time, in single quotes', loadLine(3).replace(/time=(.*)/, "time='$1'")],
    ['has commas', `user=u, module=m, path=/3, time=1731283200.000003`],
    ['is JSON that is closed', '{"user":"u","module":"m","path":"/3","date":"1731283200"}'],
    ['ends with a carriage return', `${loadLine(3)}\r`],
  ])('is taken where it %s, and goes on later', async (_, line) => {
    const store = new MemoryStore();
    expect(await take(store, start + line)).toMatchObject({ lines: 4, loads: 4, waiting: [] });
    expect(await take(store, start + line)).toMatchObject({ lines: 0, already: 4 });
    expect(await take(store, `${start + line}\n`)).toMatchObject({ lines: 0, already: 4 });
    const more = text(linesFrom(4, 2));
    expect(await take(store, `${start + line}\n${more}`)).toMatchObject({ lines: 2, already: 4 });
    expectLoads(store, 0, 6);
  });

  test.each([
    ['ends in a time of fewer digits', loadLine(3).slice(0, -1)],
    ['ends in a time of whole seconds', loadLine(3).replace(/\.\d+$/, '')],
    ['ends in a path', 'user=u module=m time=1731283200.000003 path=/3'],
    ['ends in another key that ends in time', `user=u module=m time=1731283200 path=/3 xtime=1731283200.000003`],
    ['is no load', 'user=u time=1731283200.000003'],
    ['is JSON that is open', '{"user":"u","module":"m","path":"/3","date":"1731283200"'],
    ['is of another program', 'Nov 11 00:00:00 c1 sshd[1]: Accepted'],
  ])('waits where it %s', async (_, line) => {
    const store = new MemoryStore();
    expect(await take(store, start + line)).toMatchObject({ lines: 3, waiting: ['text'] });
  });

  test('that is blank is nothing to wait for', async () => {
    for (const blank of [' ', '\t \r', '\0\0\0']) {
      const store = new MemoryStore();
      expect(await take(store, start + blank)).toMatchObject({ lines: 3, waiting: [] });
    }
  });

  test('that was taken and then went on is not read again', async () => {
    const store = new MemoryStore();
    await take(store, start + loadLine(3));
    const whole = `${start + loadLine(3)} userload=yes\n${loadLine(4)}\n`;
    expect(await take(store, whole)).toMatchObject({ lines: 1, already: 4 });
    expectLoads(store, 0, 5);
  });
});

test('a first line that was taken without its newline and then went on is known again', async () => {
  const store = new MemoryStore();
  await take(store, loadLine(3));
  const whole = `${loadLine(3)} userload=yes\n${loadLine(4)}\n`;
  expect(await take(store, whole)).toMatchObject({ lines: 1, already: 1 });
  expectLoads(store, 3, 2);
});

describe.each([
  ['newlines', '\n'],
  ['carriage returns and newlines', '\r\n'],
])('a small log with %s', (_, newline) => {
  const lines = [loadLine(1), 'Nov 11 00:00:00 c1 sshd[1]: x', '', loadLine(2), 'user=u module= path=/p', loadLine(3)];
  const log = text(lines, newline);
  const total = lines.length;

  test('that is first seen cut, at any place, gives each load once in the end', async () => {
    for (let length = 0; length <= log.length; length++) {
      const store = new MemoryStore();
      const first = await take(store, log.slice(0, length));
      const rest = await take(store, log);
      expect([length, first.lines + rest.lines, rest.lines + rest.already]).toEqual([length, total, total]);
      expectLoads(store, 1, 3);
      expect(await take(store, log)).toMatchObject({ lines: 0, already: total });
    }
  });

  test('that is cut shorter after it was seen whole gives nothing more, at any place', async () => {
    const store = new MemoryStore();
    await take(store, log);
    for (let length = 0; length <= log.length; length++) {
      const summary = await take(store, log.slice(0, length));
      expect([length, summary.lines]).toEqual([length, 0]);
    }
    expectLoads(store, 1, 3);
  });

  test('that is seen at any two places before it is whole gives each load once', async () => {
    const short = text([loadLine(1), loadLine(2)], newline);
    for (let one = 0; one <= short.length; one += 5) {
      for (let other = 0; other <= short.length; other += 3) {
        const store = new MemoryStore();
        for (const length of [one, other, short.length]) await take(store, short.slice(0, length));
        expectLoads(store, 1, 2);
      }
    }
  });
});

describe('a line that is too long to be held', () => {
  const long = `user=u module=m path=/${'x'.repeat(17 * 1024 * 1024)} time=1731283200.5`;
  const chunkBytes = 1024 * 1024;

  test('is rejected, and what is around it is not', async () => {
    const store = new MemoryStore();
    const log = text([loadLine(0), long, loadLine(1)]);
    const summary = await take(store, log, { chunkBytes });
    expect(summary).toMatchObject({ lines: 3, loads: 2, rejected: { 'too long': 1 } });
    expectLoads(store, 0, 2);
    expect(await take(store, log, { chunkBytes: 300_000 })).toMatchObject({ lines: 0, already: 3 });
  });

  test('that is not ended yet waits', async () => {
    const store = new MemoryStore();
    const open = loadLine(0).concat('\n', long);
    expect(await take(store, open, { chunkBytes })).toMatchObject({ lines: 1, waiting: ['text'] });
    expect((await store.readLedger()).entries).toMatchObject([{ lines: 1, length: loadLine(0).length + 1 }]);
    expect(await take(store, `${open}\n${loadLine(1)}\n`, { chunkBytes })).toMatchObject({
      lines: 2,
      already: 1,
      rejected: { 'too long': 1 },
    });
    expectLoads(store, 0, 2);
  });

  test('and is the first of a log is known again, whatever the chunks', async () => {
    const store = new MemoryStore();
    const log = text([long, loadLine(1)]);
    await take(store, log, { chunkBytes });
    for (const other of [30_000, 100_000, 1e9]) {
      expect(await take(store, log, { chunkBytes: other })).toMatchObject({ lines: 0, already: 2 });
    }
  });
});

test('a hole that is larger than a line may be costs nothing, whatever the chunks', async () => {
  const hole = Buffer.alloc(18 * 1024 * 1024);
  for (const chunkBytes of [60_000, 1024 * 1024, 1e9]) {
    const store = new MemoryStore();
    await take(store, Buffer.concat([hole, Buffer.from(text(linesFrom(0, 2)))]), { chunkBytes });
    expectLoads(store, 0, 2);
    const grown = Buffer.concat([hole, Buffer.from(text(linesFrom(0, 4)))]);
    expect(await take(store, grown, { chunkBytes: 1_000_000 })).toMatchObject({ lines: 2, already: 2 });
    expectLoads(store, 0, 4);
  }
});
