import type { LineOutcome, RejectReason } from '../core/line-outcome.ts';
import type { LoadCounts } from '../core/load.ts';
import { syshostOfHost } from '../core/syshost.ts';
import type { Fields } from './field-names.ts';
import { type Clock, instantOfValue, isPlausible } from './line-time.ts';

/** What a line says outside of its fields, and what kind of line it is. */
export interface LinePlace {
  /** The prefix's host. */
  readonly host: string | null;
  /** The prefix's time in microseconds. */
  readonly timeUs: number | null;
  /** Whether the line is the module system's by its tag, or by the file it stands in. */
  readonly isOfModules: boolean;
  /** Whether the line has no prefix. */
  readonly isBare: boolean;
}

/** A load from the fields of a line that is about one, or the field that spoils it. */
export function readLoad(fields: Fields, place: LinePlace, clock: Clock): LineOutcome {
  const { user, module } = fields;
  if (!isSound(user)) return reject('user');
  if (!isSound(module)) return reject('module');
  if (fields.path && !isSound(fields.path)) return reject('path');
  const timeUs = fields.time ? instantOfValue(fields.time, clock) : place.timeUs;
  if (timeUs === null || !isPlausible(timeUs, clock)) return reject('time');
  const counts = readCounts(fields, timeUs, clock);
  if (counts === 'bad') return reject('counts');
  const host = soundOrNull(fields.host) ?? soundOrNull(place.host);
  return {
    kind: 'load',
    load: {
      user,
      module,
      // Environment Modules before 5.5 does not log the path.
      path: fields.path ? fields.path : module,
      syshost: soundOrNull(fields.syshost) ?? (host === null ? null : syshostOfHost(host)),
      timeUs,
      host,
      direct: readDirect(fields),
      jobid: readJobid(fields.jobid),
      group: soundOrNull(fields.group),
      counts,
    },
  };
}

function reject(reason: RejectReason): LineOutcome {
  return { kind: 'reject', reason };
}

/**
 * Whether a text can be kept as it is. One that holds U+FFFD was not UTF-8, half a surrogate pair
 * cannot be written as UTF-8: either would make one name out of two. No name holds NUL; a value that
 * was cut off is marked by it.
 */
function isSound(text: string | null | undefined): text is string {
  return typeof text === 'string' && text !== '' && !/[\0\uFFFD]|\p{Surrogate}/u.test(text);
}

function soundOrNull(text: string | null | undefined): string | null {
  return isSound(text) ? text : null;
}

/** Hooks write these where there is no job. */
const noJob = new Set(['nil', 'na', 'n/a', 'none', 'null', '-', 'interactive', 'unknown', '0']);

function readJobid(text: string | undefined): string | null {
  const jobid = soundOrNull(text);
  return jobid === null || noJob.has(jobid.toLowerCase()) ? null : jobid;
}

function readDirect(fields: Fields): boolean | null {
  const requested = readYesNo(fields.requested);
  if (requested !== null) return requested;
  const automatic = readYesNo(fields.automatic);
  return automatic === null ? null : !automatic;
}

function readYesNo(text: string | undefined): boolean | null {
  switch (text?.toLowerCase()) {
    case 'yes':
    case 'y':
    case 'true':
    case '1':
      return true;
    case 'no':
    case 'n':
    case 'false':
    case '0':
      return false;
    default:
      return null;
  }
}

/** One for each millisecond of a day: nobody has more, and a line that says so must not overflow a store's counters. */
const MOST_LOADS = 86_400_000;

/** The counts of a record that stands for several loads; null for a single load; 'bad' where they contradict each other. */
function readCounts(fields: Fields, timeUs: number, clock: Clock): LoadCounts | null | 'bad' {
  if (!fields.loads) return null;
  const loads = Number(fields.loads);
  const lastUs = fields.last ? instantOfValue(fields.last, clock) : timeUs;
  const [direct, dependency, jobs] = [fields.direct_loads, fields.dependency_loads, fields.job_loads].map((text) =>
    text ? Number(text) : 0,
  ) as [number, number, number];
  const areCounts = [loads, direct, dependency, jobs].every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!areCounts || loads < 1 || loads > MOST_LOADS || direct + dependency > loads || jobs > loads) return 'bad';
  if (lastUs === null || lastUs < timeUs || !isPlausible(lastUs, clock)) return 'bad';
  return { lastUs, loads, direct, dependency, jobs };
}
