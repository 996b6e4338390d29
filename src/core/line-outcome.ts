import type { Load } from './load.ts';

/** How a source's lines are written: syslog lines among which JSON records may stand, or JSON records only. */
export type LineFormat = 'log' | 'json';

/** What becomes of one input line: exactly one of these three. */
export type LineOutcome =
  | { readonly kind: 'load'; readonly load: Load }
  | { readonly kind: 'skip'; readonly reason: SkipReason }
  | { readonly kind: 'reject'; readonly reason: RejectReason };

/** What becomes of a line that is too long to be held. */
export const TOO_LONG: LineOutcome = { kind: 'reject', reason: 'too long' };

/** A line that is none of ours: nothing is wrong with it. */
export type SkipReason = 'empty' | 'not a load';

/** A load that cannot be kept: the field that spoils it, or the form of the whole. */
export type RejectReason = 'user' | 'module' | 'path' | 'time' | 'json' | 'counts' | 'too long';

/** For people: what each reject reason means. */
export const rejectMeanings: Readonly<Record<RejectReason, string>> = {
  user: 'no user, or a user name that is not UTF-8',
  module: 'no module, or a module name that is not UTF-8',
  path: 'a path that is not UTF-8',
  time: 'no time, a time that is no number, before the year 2000 or a year ahead',
  json: 'broken JSON',
  counts: 'a record of several loads whose counts contradict each other',
  'too long': 'a line of more than 16 MiB',
};
