import { expect, test } from 'vitest';
import { createSiteZone } from '../../src/core/site-zone.ts';
import { asLogLine } from '../../src/listen/as-log-line.ts';
import { parseLine } from '../../src/parse/parse-line.ts';

const arrivedAt = Date.UTC(2026, 10, 22, 10, 0, 0, 123);
const line = (message: string, at = arrivedAt): string =>
  asLogLine(Buffer.from(message, 'latin1'), at).toString('latin1');

test.each([
  '<14>1 2026-11-22T10:00:00Z n1 tag - - - user=a',
  '<14>2026-11-22T10:00:00Z n1 tag: user=a',
  '<14>Nov 22 2026 10:00:00 n1 tag: user=a',
  'user=a module=b path=/c time=1',
  '{"user":"a"}',
])('%s stays as it is', (message) => {
  expect(line(message)).toBe(message);
});

test('what ends a message is taken off, and a newline within it cannot make two of it', () => {
  expect(line('<14>1 - n1 t - - - user=a\nuser=b\r\n\0')).toBe('<14>1 - n1 t - - - user=a#012user=b');
  expect(line('\n\0')).toBe('');
});

test.each([
  ['<14>Nov 22 10:00:00 n1 t: x', arrivedAt, '<14>Nov 22 2026 10:00:00 n1 t: x'],
  ['Nov  2 10:00:00 n1 t: x', arrivedAt, 'Nov  2 2026 10:00:00 n1 t: x'],
  // A message that was late, and a clock that is ahead.
  ['<14>Dec 31 23:59:59 n1 t: x', Date.UTC(2027, 0, 1), '<14>Dec 31 2026 23:59:59 n1 t: x'],
  ['<14>Jan  1 00:00:03 n1 t: x', Date.UTC(2026, 11, 31, 23, 59, 59), '<14>Jan  1 2027 00:00:03 n1 t: x'],
])('%s gets the year next to its arrival', (message, at, expected) => {
  expect(line(message, at)).toBe(expected);
});

test('a message without a time gets that of its arrival, and is a load by it', () => {
  const stamped = line('<14>ModuleUsageTracking: user=ann module=gcc/12 path=/gcc host=n1.hive');
  expect(stamped).toMatch(/^<14>2026-11-22T10:00:00\.123Z - ModuleUsageTracking: user=ann/);
  const outcome = parseLine(stamped, 'log', { now: arrivedAt / 1000, zone: createSiteZone('UTC') });
  expect(outcome).toMatchObject({ kind: 'load', load: { user: 'ann', syshost: 'hive', timeUs: arrivedAt * 1000 } });
});

test.each(['', '<', '<1', '<14>', '<14>x', '<999>Nov', '\xff\xfe', '<14>1', '<14>2026'])(
  '%j is no trouble',
  (message) => {
    expect(line(message)).toContain(message.replace(/^<\d+>/, ''));
  },
);
