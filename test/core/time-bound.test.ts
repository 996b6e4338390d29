import { expect, test } from 'vitest';
import { createSiteZone } from '../../src/core/site-zone.ts';
import { parseTimeBound } from '../../src/core/time-bound.ts';

const chicago = createSiteZone('America/Chicago');

function read(text: string): string | null {
  const seconds = parseTimeBound(text, chicago);
  return seconds === null ? null : new Date(seconds * 1000).toISOString();
}

test.each([
  ['2024-11-11', '2024-11-11T06:00:00.000Z'],
  ['2024-07-01', '2024-07-01T05:00:00.000Z'],
  ['2024-11-11 13:30', '2024-11-11T19:30:00.000Z'],
  ['2024-11-11 13:30:59', '2024-11-11T19:30:59.000Z'],
  ['2024-11-11T13:30', '2024-11-11T19:30:00.000Z'],
  [' 2024-11-11 ', '2024-11-11T06:00:00.000Z'],
  ['2024-11-03 01:30', '2024-11-03T06:30:00.000Z'],
  ['2024-03-10 02:30', '2024-03-10T08:30:00.000Z'],
])('%s is %s', (text, instant) => {
  expect(read(text)).toBe(instant);
});

test.each([
  '2024-02-30',
  '2024-13-01',
  '2024-1-1',
  '2024-11',
  '2024-11-11 24:00',
  '2024-11-11 12:60',
  '2024-11-11 12:00:60',
  '2024-11-11 12',
  '2024-11-11  12:00',
  '2024-11-11T12:00Z',
  '11/11/2024',
  'yesterday',
  '1731283200',
  '',
])('%j is no date', (text) => {
  expect(read(text)).toBeNull();
});
