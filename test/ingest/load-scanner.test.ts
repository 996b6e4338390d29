import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { RejectReason } from '../../src/core/line-outcome.ts';
import { createSiteZone, type SiteZone } from '../../src/core/site-zone.ts';
import { eachLine } from '../../src/ingest/each-line.ts';
import { GrowingVocabulary } from '../../src/ingest/growing-vocabulary.ts';
import { ignoreMatching } from '../../src/ingest/ignore-list.ts';
import type { LineTotals } from '../../src/ingest/line-count.ts';
import { LoadReader } from '../../src/ingest/load-reader.ts';
import { countStretches, OVERLAP_BYTES, scanStretch } from '../../src/ingest/scan/file-stretch.ts';
import { anyDamaged, anyPrefix, anySalad, goodLines } from '../support/any-line.ts';
import { batchRows } from '../support/batch-rows.ts';
import { conformanceDir } from '../support/conformance.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Everything that a reader makes of lines. */
interface Reading {
  readonly lines: number;
  readonly rows: readonly object[];
  readonly totals: LineTotals;
  readonly rejects: readonly (readonly [number, RejectReason, string | null])[];
}

const now = Date.parse('2026-11-22T12:00:00Z') / 1000;

const zones = new Map<string, SiteZone>();

/** Making a zone takes longer than reading some lines. */
function zoneOf(name: string): SiteZone {
  const zone = zones.get(name) ?? createSiteZone(name);
  zones.set(name, zone);
  return zone;
}

function makeReader(
  scanBytes: number,
  tz = 'America/Chicago',
): { reader: LoadReader; end: (lines: number) => Reading } {
  const rejects: [number, RejectReason, string | null][] = [];
  const reader = new LoadReader({
    mode: 'tally',
    zone: zoneOf(tz),
    now,
    ignore: ignoreMatching([/^ignored/]),
    vocabulary: new GrowingVocabulary(),
    scanBytes,
  });
  reader.begin({ format: 'log', writtenAt: null, onReject: (...reject) => rejects.push(reject) });
  return {
    reader,
    end(lines) {
      const rows = batchRows(reader.take());
      return { lines, rows, totals: reader.count.totals, rejects };
    },
  };
}

/** The answer of the parser, line by line. */
function readSlowly(content: Uint8Array, tz?: string): Reading {
  const { reader, end } = makeReader(1000, tz);
  return end(eachLine(content, (line, index) => reader.takeLine(line, 1 + index)));
}

/** The answer of the scanner. */
function scan(content: Uint8Array, scanBytes = 100_000, tz?: string): Reading {
  const { reader, end } = makeReader(scanBytes, tz);
  return end(reader.takeLines(content, 1));
}

function expectSame(lines: readonly (string | Uint8Array)[], tz?: string): void {
  const content = Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from('\n')]));
  const slow = readSlowly(content, tz);
  expect(scan(content, 100_000, tz)).toEqual(slow);
  // Cut anywhere, with lines longer than there is room.
  expect(scan(content, 150, tz)).toEqual(slow);
  const withoutLastNewline = content.subarray(0, -1);
  expect(scan(withoutLastNewline, 200, tz)).toEqual(readSlowly(withoutLastNewline, tz));
}

/** Words that the fast way has to tell apart, in any order and with few values, so that keys come again. */
const anyWord = fc.constantFrom(
  ...'user=a user=b module=gcc/1 module=ignored/1 m=gcc/2 path=/p path=/q fn=/r host=n1.c1.org host=n2.c1.org host=n1'.split(
    ' ',
  ),
  ...'host=n.c2 host=.x host=x. host=a..b host= time=1731283200.071125 time=1731283201 time=1731369599.9 time=1731369600'.split(
    ' ',
  ),
  ...'time=946684799 time=946684800 time=9731283200 time=1731283200. time=1731283200.1234567 time=173128320x time='.split(
    ' ',
  ),
  ...'date=1731283200 timestamp=1731283300.5 h=other cluster=c9 syshost=c8 userload=yes userload=no auto=1 ul=no'.split(
    ' ',
  ),
  ...'jobid=12 jobid=0 jobid=nil jobid= JOB_ID=77 j=5 J=6 SJ=7 sj=na job=5 jobidx=5 j= group=g1 account=g2 group='.split(
    ' ',
  ),
  ...'mode=load mode=unload cmd=load command=unload loads=3 last=1731283300 direct_loads=1 x=y foo = == a=b=c user='.split(
    ' ',
  ),
  ...[
    '',
    '-',
    '[x',
    ']',
    'module',
    'path=/ü',
    'path=/a,b',
    'path="/a b"',
    "user='c'",
    'path=/a\tb',
    'time=1731283200,',
  ],
);

const anyStart = fc.oneof(
  anyPrefix,
  fc.constantFrom(
    '<13>2024-11-11T00:00:00Z c1 lmod: ',
    '<13>1 2024-11-11T00:00:00Z c1 lmod 1 - - ',
    '<13>1 2024-11-11T00:00:00Z c1 lmod 1 - ',
    '<13>1 2024-11-11T00:00:00Z c1 lmod 1 - [a ',
    '<13>1 Nov 11 00:00:00 c1 lmod 1 - ',
    '<13>12 2024-11-11T00:00:00Z c1 lmod 1 - ',
    '<13>1 - c1 lmod 1 - - ',
    'Nov 11 00:00:00 c1 lmod ',
    'x',
    ' ',
  ),
);

const anyMoment = fc.constantFrom('time=1731283200.071125', 'time=1731283201', 'time=1731369599.9', 'time=1731369600');
const anyHost = fc.constantFrom('host=n1.c1.org', 'host=n2.c1.org', 'host=n3.c1', 'host=c1', 'host=n1.c2.org');
const anyJob = fc.constantFrom('', 'jobid=12', 'JOB_ID=7', 'SJ=9', 'j=5', 'jobid=0', 'sj=na', 'J=');

/** Lines alike but for their moment, node and job, with up to two words among them that may not be the fast way's. */
const anyLines = fc
  .record({
    more: fc.array(anyWord, { maxLength: 2 }),
    order: fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 8 }),
    variants: fc.array(fc.tuple(anyStart, anyMoment, anyHost, anyJob), { minLength: 2, maxLength: 6 }),
    rotation: fc.nat(7),
  })
  .map(({ more, order, variants, rotation }) =>
    variants.map(([start, moment, host, job], index) => {
      const words = ['user=a', 'module=gcc/1', 'path=/p', moment, host, job, ...more];
      // The order of every other line is turned, so that what comes first is not always the same.
      const turned = index % 2 === 0 ? order : [...order.slice(rotation), ...order.slice(0, rotation)];
      return (
        start +
        turned
          .flatMap((place) => words[place] ?? [])
          .filter((word) => word !== '')
          .join(' ')
      );
    }),
  );

describe('the scanner gives the parser’s answer', () => {
  test('for each line shape', () => {
    const cases = readFileSync(`${conformanceDir}/line-shapes/cases.jsonl`, 'utf8').trim().split('\n');
    const lines = cases.map((text) => String((JSON.parse(text) as { line: string }).line));
    for (const line of lines) expectSame([line, line]);
    expectSame([...lines, ...lines]);
  });

  test.each([
    '<13>1 2024-11-11T00:00:00Z c1 lmod 1 ',
    '<13>1 2024-11-11T00:00:00Z c1 lmod ',
    '<13>1 2024-11-11T00:00:00Z c1 lmod 1 - [x ',
    '<13>1 2024-11-11T00:00:00Z c1  lmod 1 ',
    '<13>1 - c1 lmod 1 ',
    '<13>1 - - - ',
    '<13>1 Nov 11 00:00:00 c1 lmod 1 ',
    '<13>12 2024-11-11T00:00:00Z c1 lmod 1 ',
  ])('for a prefix that may swallow the first words: %s', (prefix) => {
    const rest = 'module=gcc/1 path=/p host=n1.c1.org time=1731283200';
    for (const words of ['user=a', 'user=a -', 'user=a - -', 'user=a ]', 'user=a - ]']) {
      expectSame([`${words} ${rest}`, `${prefix}${words} ${rest}`]);
    }
  });

  test('for random lines and damaged ones', () => {
    const anyLine = fc.oneof(
      anySalad.map((text): Buffer => Buffer.from(text)),
      anyDamaged,
      fc.constantFrom(...goodLines),
      fc.uint8Array({ maxLength: 300 }),
    );
    fc.assert(
      fc.property(fc.array(anyLine, { maxLength: 30 }), (lines) => expectSame(lines)),
      { numRuns: 500 },
    );
  });

  test('for lines that are alike, with odd words among them', () => {
    fc.assert(
      fc.property(anyLines, (lines) => expectSame(lines)),
      { numRuns: 600 },
    );
  });

  test('for damage to a line that comes again and again', () => {
    const good = goodLines[0] ?? Buffer.from('');
    fc.assert(
      fc.property(fc.array(fc.oneof(anyDamaged, fc.constant(good)), { maxLength: 40 }), (lines) =>
        expectSame(lines.flatMap((line) => [good, line])),
      ),
      { numRuns: 300 },
    );
  });

  test('for every byte at every place of a good line', () => {
    const good = goodLines[0] ?? Buffer.from('');
    for (let at = 0; at < good.length; at++) {
      const lines = [good];
      for (let byte = 0; byte < 256; byte++) {
        const damaged = Buffer.from(good);
        damaged[at] = byte;
        lines.push(damaged);
      }
      const content = Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')]));
      expect(scan(content), `at ${at}`).toEqual(readSlowly(content));
    }
  }, 300_000);

  test.each(['UTC', 'America/Chicago', 'Asia/Kolkata', 'America/Havana', 'Australia/Lord_Howe', 'Pacific/Apia'])(
    'for every hour of years in %s',
    (tz) => {
      const lines: string[] = [];
      for (let time = 1293840000; time < 1420070400; time += 3600 - (time % 7)) {
        lines.push(`user=a module=gcc/1 path=/p host=n1.c1.org time=${time}`);
      }
      const content = Buffer.from(`${lines.join('\n')}\n`);
      expect(scan(content, 1_000_000, tz)).toEqual(readSlowly(content, tz));
    },
  );

  test('for so many keys that its tables grow', () => {
    const lines = Array.from(
      { length: 30_000 },
      (_, i) => `user=u${i % 15_013} module=m${i % 7} path=/p${i % 15_013} host=n${i}.c1.org time=${1731283200 + i}`,
    );
    const content = Buffer.from(`${lines.join('\n')}\n`);
    expect(scan(content, 1_000_000)).toEqual(readSlowly(content));
  }, 300_000);
});

describe('a file that is scanned in stretches', () => {
  function writeContent(content: Uint8Array): number {
    const path = join(temporaryFolder(), 'log');
    writeFileSync(path, content);
    const fd = openSync(path, 'r');
    onTestFinished(() => closeSync(fd));
    return fd;
  }

  function scanStretches(fd: number, content: Uint8Array, stretchBytes: number, from = 0): Reading {
    const { reader, end } = makeReader(stretchBytes + OVERLAP_BYTES);
    const range = { fd, from, to: content.length, stretchBytes };
    let lines = 0;
    for (let index = 0; index < countStretches(range); index++) {
      const reading = scanStretch(reader, range, index);
      if (reading === null) throw new Error('abandoned');
      lines += reading.lines;
    }
    return { ...end(lines), rejects: [] };
  }

  const good = goodLines.map(String);
  const lines = [good[0], '', good[0], 'x', ...good, '', '', good[0], good[1], 'user=a path=/p module=', good[0]];
  const content = Buffer.from(`${lines.join('\n')}\n`);

  test('has each line once, wherever the cuts are', () => {
    const whole = { ...readSlowly(content), rejects: [] };
    const fd = writeContent(content);
    for (let bytes = 1; bytes <= content.length + 1; bytes += bytes < 200 ? 1 : 11) {
      expect(scanStretches(fd, content, bytes), `stretches of ${bytes} bytes`).toEqual(whole);
    }
  });

  test('has each line once, from wherever it begins', () => {
    const fd = writeContent(content);
    for (let from = content.indexOf(10) + 1; from < content.length; from = content.indexOf(10, from) + 1) {
      const rest = { ...readSlowly(content.subarray(from)), rejects: [] };
      for (const bytes of [7, 64, 100, 333, content.length]) {
        expect(scanStretches(fd, content, bytes, from), `from ${from}, stretches of ${bytes}`).toEqual(rest);
      }
    }
  });

  test('is given up where a line is longer than what is read beyond a stretch', () => {
    const long = Buffer.concat([content, Buffer.alloc(OVERLAP_BYTES + 20_000, 120), Buffer.from('\n'), content]);
    const fd = writeContent(long);
    expect(() => scanStretches(fd, long, 16_384)).toThrow('abandoned');
  });
});
