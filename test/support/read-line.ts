import type { LineFormat, LineOutcome } from '../../src/core/line-outcome.ts';
import type { Load } from '../../src/core/load.ts';
import { createSiteZone } from '../../src/core/site-zone.ts';
import type { Clock } from '../../src/parse/line-time.ts';
import { parseLine } from '../../src/parse/parse-line.ts';

export interface ReadOptions {
  /** ISO 8601. */
  readonly now?: string;
  readonly tz?: string;
  readonly format?: LineFormat;
}

/** The clock of the conformance cases, unless told otherwise. */
export function makeClock({ now = '2026-11-22T12:00:00Z', tz = 'UTC' }: ReadOptions = {}): Clock {
  return { now: Date.parse(now) / 1000, zone: createSiteZone(tz) };
}

export function readLine(line: string, options: ReadOptions = {}): LineOutcome {
  return parseLine(line, options.format ?? 'log', makeClock(options));
}

/** The load in a line that must be one. */
export function loadOf(line: string, options: ReadOptions = {}): Load {
  const outcome = readLine(line, options);
  if (outcome.kind !== 'load') throw new Error(`no load but ${outcome.kind} (${outcome.reason}): ${line}`);
  return outcome.load;
}

/** The time of a line's load as ISO 8601 in UTC. */
export function timeOf(line: string, options: ReadOptions = {}): string {
  return new Date(loadOf(line, options).timeUs / 1000).toISOString();
}

/** `skip: REASON` or `reject: REASON`. */
export function refusalOf(line: string, options: ReadOptions = {}): string {
  const outcome = readLine(line, options);
  if (outcome.kind === 'load') throw new Error(`a load: ${line}`);
  return `${outcome.kind}: ${outcome.reason}`;
}

export const prefix = 'Nov 11 00:00:00 c101-001 ModuleUsageTracking: ';

/** A good line that differs in some fields; a field of null is left out. */
export function makeLine(fields: Readonly<Record<string, string | null>> = {}): string {
  const all: Record<string, string | null> = {
    user: 'alice',
    module: 'gcc/12.2',
    path: '/apps/gcc/12.2.lua',
    host: 'c101-001.frontera.tacc.utexas.edu',
    time: '1731283200.071125',
    ...fields,
  };
  const pairs = Object.entries(all).flatMap(([key, value]) => (value === null ? [] : [`${key}=${value}`]));
  return prefix + pairs.join(' ');
}
