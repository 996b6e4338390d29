import { describe, expect, test } from 'vitest';
import { createCentre } from '../../bench/data/centre.ts';
import { logChunks } from '../../bench/data/log-chunks.ts';
import { createRandom } from '../../bench/data/random.ts';
import { talliesOfDay } from '../../bench/data/tally-batches.ts';
import { createSiteZone } from '../../src/core/site-zone.ts';
import { parseLine } from '../../src/parse/parse-line.ts';

const FIRST_DAY = 19_723;
const DAYS = 3;
const LINES = 150_000;
const TALLIES = 4500;

const zone = createSiteZone('UTC');
const centre = createCentre(1, 1);

describe('a made log', () => {
  const shape = { lines: LINES, days: DAYS, firstDay: FIRST_DAY, tallies: TALLIES };
  const text = Buffer.concat([...logChunks(centre, shape, createRandom(1))]).toString('latin1');
  const lines = text.trimEnd().split('\n');
  const clock = { zone, now: (FIRST_DAY + DAYS) * 86_400, writtenAt: (FIRST_DAY + DAYS) * 86_400 };
  const loads = lines.flatMap((line) => {
    const outcome = parseLine(line, 'log', clock);
    return outcome.kind === 'load' ? [outcome.load] : [];
  });

  test('has as many lines as wanted, each of them a load, in order of time and over all days', () => {
    expect(lines).toHaveLength(LINES);
    expect(loads).toHaveLength(LINES);
    const times = loads.map(({ timeUs }) => timeUs);
    expect(times).toEqual([...times].sort((one, other) => one - other));
    const days = new Set(times.map((timeUs) => zone.dayOf(timeUs / 1e6)));
    expect([...days]).toEqual([FIRST_DAY, FIRST_DAY + 1, FIRST_DAY + 2]);
  });

  test('has the shape of a real one', () => {
    const linesOfUsers = [...countsOf(loads.map(({ user }) => user)).values()].sort((one, other) => other - one);
    const share = (users: number): number =>
      linesOfUsers.slice(0, users).reduce((sum, count) => sum + count, 0) / LINES;
    expect(share(1)).toBeCloseTo(0.15, 1);
    expect(share(10)).toBeCloseTo(0.64, 1);
    expect((LINES - new Set(lines).size) / LINES).toBeCloseTo(0.06, 2);
    const tallies = new Set(loads.map((load) => `${zone.dayOf(load.timeUs / 1e6)} ${load.user} ${load.path}`));
    expect(tallies.size / TALLIES).toBeCloseTo(1, 1);
    const busiest = Math.max(...countsOf(loads.map(({ timeUs }) => Math.floor(timeUs / 1e6))).values());
    expect(busiest).toBeGreaterThan(500);
  });

  test('is the same from the same seed, and another from another', () => {
    const again = (seed: number): string => Buffer.concat([...logChunks(centre, shape, createRandom(seed))]).toString();
    expect(again(1)).toBe(text);
    expect(again(2)).not.toBe(text);
  });
});

test('made tallies are as many as wanted, no two of one key, on every cluster', () => {
  const three = createCentre(3, 1);
  const { length, user, modulefile, day } = talliesOfDay(three, FIRST_DAY, 10_000, createRandom(1));
  expect(length).toBe(10_000);
  expect(new Set(Array.from(user, (place, row) => `${place} ${modulefile[row]}`)).size).toBe(10_000);
  expect(new Set(day)).toEqual(new Set([FIRST_DAY]));
  expect(new Set(Array.from(modulefile, (place) => three.modulefiles[place]?.syshost)).size).toBe(3);
});

function countsOf<T>(values: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
