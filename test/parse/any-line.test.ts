import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type LineFormat, type LineOutcome, rejectMeanings } from '../../src/core/line-outcome.ts';
import { EARLIEST } from '../../src/parse/line-time.ts';
import { parseLine } from '../../src/parse/parse-line.ts';
import { anyDamaged, anySalad, anyText, anyValue, keys } from '../support/any-line.ts';
import { makeClock, makeLine } from '../support/read-line.ts';

const clock = makeClock({ tz: 'America/Chicago' });
const latest = (clock.now + 366 * 86_400) * 1e6;

const anyFormat = fc.constantFrom<LineFormat>('log', 'json');

/** Reads a line and holds what is true of every outcome. */
function decide(line: string, format: LineFormat): LineOutcome {
  const outcome = parseLine(line, format, clock);
  if (outcome.kind === 'skip') {
    expect(outcome).toEqual({ kind: 'skip', reason: expect.stringMatching(/^(?:empty|not a load)$/) });
    return outcome;
  }
  if (outcome.kind === 'reject') {
    expect(Object.keys(rejectMeanings)).toContain(outcome.reason);
    return outcome;
  }
  expect(Object.keys(outcome)).toEqual(['kind', 'load']);
  const { user, module, path, syshost, host, jobid, group, timeUs, direct, counts } = outcome.load;
  for (const text of [user, module, path]) expect(text).not.toBe('');
  for (const text of [user, module, path, syshost, host, jobid, group]) {
    if (text === null) continue;
    expect(text).not.toBe('');
    expect(text).toEqual(expect.not.stringMatching(/[\0\uFFFD]|\p{Surrogate}/u));
  }
  expect(Number.isSafeInteger(timeUs)).toBe(true);
  expect(timeUs).toBeGreaterThanOrEqual(EARLIEST * 1e6);
  expect(timeUs).toBeLessThan(latest);
  expect([true, false, null]).toContain(direct);
  if (counts !== null) {
    expect(Object.values(counts).every((count) => Number.isSafeInteger(count) && count >= 0)).toBe(true);
    expect(counts.loads).toBeGreaterThanOrEqual(Math.max(1, counts.direct + counts.dependency, counts.jobs));
    expect(counts.lastUs).toBeGreaterThanOrEqual(timeUs);
    expect(counts.lastUs).toBeLessThan(latest);
  }
  return outcome;
}

describe('every line is a load, skipped or rejected, and nothing is thrown:', () => {
  test('any text', () => {
    fc.assert(
      fc.property(anyText, anyFormat, (text, format) => void decide(text, format)),
      { numRuns: 3000 },
    );
  });

  test('keys and values in any disorder', () => {
    fc.assert(
      fc.property(anySalad, anyFormat, (line, format) => void decide(line, format)),
      { numRuns: 5000 },
    );
  });

  test('good lines with damage', () => {
    fc.assert(
      fc.property(anyDamaged.map(String), anyFormat, (line, format) => void decide(line, format)),
      { numRuns: 5000 },
    );
  });

  test('any JSON', () => {
    fc.assert(
      fc.property(fc.json(), anyFormat, (line, format) => void decide(line, format)),
      { numRuns: 1000 },
    );
  });

  test('any values under the known keys of a JSON record', () => {
    const anyRecord = fc.dictionary(fc.constantFrom(...keys), fc.oneof(anyValue, fc.jsonValue()), { maxKeys: 12 });
    fc.assert(
      fc.property(anyRecord, anyFormat, (record, format) => void decide(JSON.stringify(record), format)),
      { numRuns: 2000 },
    );
  });
});

test('salad and damaged lines are of every kind, so that the properties above say something', () => {
  for (const lines of [fc.sample(anySalad, 3000), fc.sample(anyDamaged.map(String), 3000)]) {
    const kinds = new Set(lines.map((line) => decide(line, 'log').kind));
    expect([...kinds].sort()).toEqual(['load', 'reject', 'skip']);
  }
});

test('a line means the same behind NUL bytes and before a carriage return', () => {
  fc.assert(
    fc.property(fc.oneof(anySalad, anyDamaged.map(String)), anyFormat, (line, format) => {
      const outcome = parseLine(line, format, clock);
      expect(parseLine(`\0\0\0${line}\r`, format, clock)).toEqual(outcome);
    }),
    { numRuns: 2000 },
  );
});

describe('what is written well comes back as it was:', () => {
  const sound = fc
    .oneof(fc.string({ unit: 'binary', minLength: 1 }), fc.string({ unit: 'grapheme', minLength: 1 }))
    .filter((text) => !/[\0\uFFFD]|\p{Surrogate}/u.test(text));
  const bare = sound.filter((text) => !/[\s,]/.test(text) && !/^["']/.test(text));
  const fields = (text: fc.Arbitrary<string>): fc.Arbitrary<Record<'user' | 'module' | 'path' | 'group', string>> =>
    fc.record({ user: text, module: text, path: text, group: text });
  const quote = (text: string, mark: string): string =>
    mark + text.replaceAll('\\', '\\\\').replaceAll(mark, `\\${mark}`) + mark;

  test.each(['"', "'"])('values between %s', (mark) => {
    fc.assert(
      fc.property(fields(sound), fc.constantFrom(' ', ',', ', '), (load, separator) => {
        const pairs = Object.entries(load).map(([key, value]) => `${key}=${quote(value, mark)}`);
        const outcome = parseLine([...pairs, 'time=1731283200'].join(separator), 'log', clock);
        expect(outcome).toMatchObject({ kind: 'load', load });
      }),
      { numRuns: 1000 },
    );
  });

  test('bare values without blanks, commas and a quote to begin with', () => {
    fc.assert(
      fc.property(fields(bare), fc.constantFrom(' ', ',', ', '), (load, separator) => {
        const pairs = Object.entries(load).map(([key, value]) => `${key}=${value}`);
        const outcome = parseLine([...pairs, 'time=1731283200'].join(separator), 'log', clock);
        expect(outcome).toMatchObject({ kind: 'load', load });
      }),
      { numRuns: 1000 },
    );
  });

  test('JSON records', () => {
    fc.assert(
      fc.property(fields(sound), anyFormat, (load, format) => {
        const line = JSON.stringify({ ...load, date: '1731283200' });
        expect(parseLine(line, format, clock)).toMatchObject({ kind: 'load', load });
      }),
      { numRuns: 500 },
    );
  });

  test('times to the microsecond', () => {
    fc.assert(
      fc.property(fc.integer({ min: EARLIEST * 1e6, max: latest - 1 }), (timeUs) => {
        const time = `${Math.floor(timeUs / 1e6)}.${String(timeUs % 1e6).padStart(6, '0')}`;
        expect(parseLine(makeLine({ time }), 'log', clock)).toMatchObject({ kind: 'load', load: { timeUs } });
      }),
    );
  });
});
