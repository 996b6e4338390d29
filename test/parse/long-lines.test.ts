import { expect, test } from 'vitest';
import type { LineFormat } from '../../src/core/line-outcome.ts';
import { parseLine } from '../../src/parse/parse-line.ts';
import { makeClock, prefix } from '../support/read-line.ts';

const clock = makeClock();
const LINE_BYTES = 10 * 1024 * 1024;
/** What walks over the line anew for each of its parts takes half a minute even for this. */
const SHORT_BYTES = 200 * 1024;
/** Half a second is usual. */
const LONGEST_MS = 15_000;

/** What a line of 10 MB may consist of. */
const units: Readonly<Record<string, string>> = {
  blanks: ' ',
  'double quotes': '"',
  'single quotes': "'",
  'equals signs': '=',
  commas: ',',
  'opening brackets': '[',
  braces: '{',
  colons: ':',
  backslashes: '\\',
  'escaped quotes': '\\"',
  'one letter': 'k',
  'one digit': '9',
  'NUL bytes': '\0',
  'halves of surrogate pairs': '\uD800',
  'carriage returns': '\r',
  'empty fields': 'x=,',
  'fields of a load': 'user=a,',
  'quotes that do not close': 'user="x ',
  'quotes of both kinds that do not close': `a="x b='y `,
  'quotes that the other kind would close': `user='x" `,
  'nested JSON objects': '{"a":',
  'nested JSON lists': '["a",',
};

/** What may stand before it. */
const beginnings: Readonly<Record<string, string>> = {
  'a line': '',
  'a message': prefix,
  'a value': `${prefix}user=`,
  'a quoted value': `${prefix}user="`,
  'a time': 'user=a module=b time=',
  'structured data': '<134>1 2024-11-11T00:00:00Z c1 lmod - - [x ',
  'a JSON text': '{"user":"',
  'a JSON value': '{"user":',
};

function decide(line: string, format: LineFormat): void {
  const begun = performance.now();
  expect(['load', 'skip', 'reject']).toContain(parseLine(line, format, clock).kind);
  expect(performance.now() - begun).toBeLessThan(LONGEST_MS);
}

test.each(Object.entries(units))('10 MB of %s are decided at once', (_, unit) => {
  decide(prefix + unit.repeat(LINE_BYTES / unit.length), 'log');
});

test.each(Object.entries(beginnings))('%s may go on with anything for long', (_, beginning) => {
  for (const unit of Object.values(units)) {
    const line = beginning + unit.repeat(SHORT_BYTES / unit.length);
    decide(line, 'log');
    decide(line, 'json');
  }
});

test('a load with a value of 10 MB is a load', () => {
  const line = `${prefix}user=alice module=gcc time=1731283200 path=/${'p'.repeat(LINE_BYTES)}`;
  const outcome = parseLine(line, 'log', clock);
  expect(outcome.kind === 'load' && outcome.load.path.length).toBe(LINE_BYTES + 1);
});

test('a load behind 10 MB of NUL bytes is a load', () => {
  expect(parseLine(`${'\0'.repeat(LINE_BYTES)}${prefix}user=a module=b`, 'log', clock).kind).toBe('load');
});
