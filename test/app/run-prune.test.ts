import { describe, expect, test } from 'vitest';
import { endOfKeeping } from '../../src/app/run-prune.ts';
import { createSiteZone } from '../../src/core/site-zone.ts';

describe('the end of keeping some months', () => {
  test.each([
    ['2024-03-31T12:00:00Z', 1, '2024-02-29 00:00:00'],
    ['2023-03-31T12:00:00Z', 1, '2023-02-28 00:00:00'],
    ['2024-12-31T12:00:00Z', 1, '2024-11-30 00:00:00'],
    ['2024-12-31T12:00:00Z', 12, '2023-12-31 00:00:00'],
    ['2024-02-29T12:00:00Z', 12, '2023-02-28 00:00:00'],
    ['2024-02-29T12:00:00Z', 48, '2020-02-29 00:00:00'],
    ['2024-01-31T12:00:00Z', 2, '2023-11-30 00:00:00'],
    ['2024-05-15T12:00:00Z', 0, '2024-05-15 00:00:00'],
    ['2024-05-15T12:00:00Z', 600, '1974-05-15 00:00:00'],
  ])('counted from %s, %i months back, is %s', (now, months, expected) => {
    const zone = createSiteZone('UTC');
    expect(zone.toDateTime(endOfKeeping(months, zone, Date.parse(now) / 1000))).toBe(expected);
  });

  test("is counted from today as the site's clocks show it", () => {
    const now = Date.parse('2024-03-31T23:30:00Z') / 1000;
    const end = (name: string): string => {
      const zone = createSiteZone(name);
      return zone.toIso(endOfKeeping(1, zone, now));
    };
    expect(end('UTC')).toBe('2024-02-29T00:00:00+00:00');
    expect(end('Asia/Tokyo')).toBe('2024-03-01T00:00:00+09:00');
    expect(end('America/Chicago')).toBe('2024-02-29T00:00:00-06:00');
  });

  test('begins at the first moment of a day that has no midnight', () => {
    const zone = createSiteZone('America/Havana');
    const now = Date.parse('2024-04-10T12:00:00Z') / 1000;
    expect(zone.toIso(endOfKeeping(1, zone, now))).toBe('2024-03-10T01:00:00-04:00');
  });
});
