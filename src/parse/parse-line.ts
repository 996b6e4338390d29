import type { LineFormat, LineOutcome } from '../core/line-outcome.ts';
import type { Fields } from './field-names.ts';
import { readJsonRecord } from './json-record.ts';
import { readKeyValues } from './key-values.ts';
import { type Clock, instantOfPrefix } from './line-time.ts';
import { type LinePlace, readLoad } from './load-fields.ts';
import { readSyslogPrefix } from './syslog-prefix.ts';

const EMPTY: LineOutcome = { kind: 'skip', reason: 'empty' };
const NOT_A_LOAD: LineOutcome = { kind: 'skip', reason: 'not a load' };
const BROKEN_JSON: LineOutcome = { kind: 'reject', reason: 'json' };

/**
 * One input line to one load event, or a reason why not. Never throws; takes time in proportion to the
 * line's length, whatever it holds.
 * @param line without its newline; bytes that were not UTF-8 as U+FFFD
 */
export function parseLine(line: string, format: LineFormat, clock: Clock): LineOutcome {
  const text = stripNuls(line).trim();
  if (text === '') return EMPTY;
  if (format === 'json' || text.startsWith('{')) return parseRecord(text, format, clock);
  const prefix = readSyslogPrefix(text);
  const message = skipToMessage(text, prefix.end);
  const place: LinePlace = {
    host: prefix.host,
    timeUs: prefix.time === null ? null : instantOfPrefix(prefix.time, clock),
    isOfModules: prefix.tag !== null && /module|lmod/i.test(prefix.tag),
    isBare: prefix.time === null,
  };
  const fields = text[message] === '{' ? readJsonRecord(text.slice(message)) : readKeyValues(text, message);
  if (fields === 'broken') return place.isOfModules ? BROKEN_JSON : NOT_A_LOAD;
  return fields === null ? NOT_A_LOAD : decide(fields, place, clock);
}

/** A line that is a record as a whole: no prefix, so no host and no time but its own. */
function parseRecord(text: string, format: LineFormat, clock: Clock): LineOutcome {
  const fields = readJsonRecord(text);
  if (fields === 'broken' || (fields === null && format === 'json')) return BROKEN_JSON;
  if (fields === null) return NOT_A_LOAD;
  return decide(fields, { host: null, timeUs: null, isOfModules: format === 'json', isBare: true }, clock);
}

function decide(fields: Fields, place: LinePlace, clock: Clock): LineOutcome {
  return isAboutALoad(fields, place) ? readLoad(fields, place, clock) : NOT_A_LOAD;
}

/**
 * Tells a load, be it a spoiled one, from commands, unloads, test messages and other programs' lines.
 * Under a tag of the module system one key of a load will do; a line without a tag of that kind must
 * name a module and something else of a load.
 */
function isAboutALoad(fields: Fields, place: LinePlace): boolean {
  if (fields.mode !== undefined && fields.mode.toLowerCase() !== 'load') return false;
  if (fields.command !== undefined && (fields.module === undefined || fields.command.toLowerCase() !== 'load')) {
    return false;
  }
  const keys = [fields.user, fields.module, fields.path].filter((text) => text !== undefined).length;
  if (place.isOfModules) return keys > 0;
  return keys > 1 && (place.isBare || fields.module !== undefined);
}

/** Passes over blanks, a byte-order mark and the `@cee:` cookie that announces JSON. */
function skipToMessage(text: string, start: number): number {
  const lead = /[\s\uFEFF]*(?:@cee:\s*)?/y;
  lead.lastIndex = start;
  lead.exec(text);
  return lead.lastIndex;
}

/** A log cut by copytruncate under a writer that keeps its place begins with a hole of NUL bytes. */
function stripNuls(line: string): string {
  let at = 0;
  while (line.charCodeAt(at) === 0) at++;
  return at === 0 ? line : line.slice(at);
}
