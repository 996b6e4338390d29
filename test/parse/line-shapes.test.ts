import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createSiteZone } from '../../src/core/site-zone.ts';
import { parseLine } from '../../src/parse/parse-line.ts';
import { conformanceDir } from '../support/conformance.ts';

interface Case {
  readonly name: string;
  readonly now: string;
  readonly tz: string;
  readonly line: string;
  readonly expect?: Record<string, unknown>;
  readonly skip?: string;
  readonly reject?: string;
}

const cases = readFileSync(`${conformanceDir}/line-shapes/cases.jsonl`, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Case);

test.each(cases)('$name', ({ now, tz, line, expect: load, skip, reject }) => {
  const clock = { now: Date.parse(now) / 1000, zone: createSiteZone(tz) };
  const outcome = parseLine(line, 'log', clock);
  if (load === undefined) {
    expect(outcome).toEqual(skip === undefined ? { kind: 'reject', reason: reject } : { kind: 'skip', reason: skip });
    return;
  }
  if (outcome.kind !== 'load') throw new Error(`expected a load, got ${JSON.stringify(outcome)}`);
  const { timeUs, counts, ...rest } = outcome.load;
  expect({ ...rest, time: timeUs / 1e6 }).toEqual(load);
  expect(counts).toBeNull();
});
