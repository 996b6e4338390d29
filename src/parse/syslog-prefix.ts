import { type PrefixTime, readPrefixTime } from './line-time.ts';

/** What stands before the message of a syslog line. */
export interface SyslogPrefix {
  readonly time: PrefixTime | null;
  readonly host: string | null;
  /** The program's name, without its process id and colon. */
  readonly tag: string | null;
  /** Where the message begins in the line. */
  readonly end: number;
}

const priority = /<\d{1,3}>(?:(\d{1,2}) (?=\S))?/y;
const word = /[^\s]+/y;
const blanks = /\s*/y;
/** A tag, `name`, `name:`, `name[pid]` or `name[pid]:`, but not the beginning of a `key=value`. */
const tagForm = /([^\s:[\]=]+)(?:\[([^\]\s]*)\])?(?::+|(?=\s|$))/y;

/**
 * Reads the prefix of a line: RFC 5424, RFC 3164 and rsyslog's forms with an ISO time, each with or
 * without a priority. A line without any prefix is all message.
 */
export function readSyslogPrefix(line: string): SyslogPrefix {
  const afterPriority = matchAt(priority, line, 0);
  let at = skipBlanks(line, afterPriority?.end ?? 0);
  const version = afterPriority?.groups[1];
  const stamp = readPrefixTime(line, at);
  if (stamp !== null) at = skipBlanks(line, stamp.end);
  // RFC 5424 writes a dash for a time it does not know.
  else if (version !== undefined && line.startsWith('- ', at)) at += 2;
  else return { time: null, host: null, ...readTag(line, at) };
  const time = stamp?.time ?? null;
  if (version !== undefined) {
    const strict = readRfc5424(line, at);
    if (strict !== null) return { time, ...strict };
  }
  return { time, ...readHostAndTag(line, at) };
}

type AfterTime = Pick<SyslogPrefix, 'host' | 'tag' | 'end'>;

/** HOSTNAME APP-NAME PROCID MSGID STRUCTURED-DATA; null where the words are not that. */
function readRfc5424(line: string, start: number): AfterTime | null {
  const words: string[] = [];
  let at = start;
  for (let i = 0; i < 4; i++) {
    const next = matchAt(word, line, at);
    if (next === null) return null;
    words.push(next.text);
    at = skipBlanks(line, next.end);
  }
  const end = skipStructuredData(line, at);
  if (end === null) return null;
  const [host, app] = words;
  return { host: known(host), tag: known(app?.replace(/:+$/, '')), end };
}

/** A dash, or elements in brackets whose quoted values may hold brackets; null where it is neither. */
function skipStructuredData(line: string, start: number): number | null {
  if (line[start] === '-' && (start + 1 === line.length || line[start + 1] === ' ')) return start + 1;
  let at = start;
  while (line[at] === '[') {
    let quoted = false;
    for (at++; at < line.length && (quoted || line[at] !== ']'); at++) {
      if (line[at] === '\\') at++;
      else if (line[at] === '"') quoted = !quoted;
    }
    if (at >= line.length) return null;
    at++;
  }
  return at === start ? null : at;
}

/** `HOST TAG:`, either of which may be missing. */
function readHostAndTag(line: string, start: number): AfterTime {
  const first = matchAt(word, line, start);
  if (first === null || first.text.includes('=')) return { host: null, tag: null, end: start };
  if (/[:\]]$/.test(first.text)) return { host: null, ...readTag(line, start) };
  return { host: known(first.text), ...readTag(line, skipBlanks(line, first.end)) };
}

function readTag(line: string, start: number): Pick<SyslogPrefix, 'tag' | 'end'> {
  const found = matchAt(tagForm, line, start);
  return found === null ? { tag: null, end: start } : { tag: found.groups[1] ?? null, end: found.end };
}

function known(name: string | undefined): string | null {
  return name === undefined || name === '' || name === '-' ? null : name;
}

function skipBlanks(line: string, start: number): number {
  return matchAt(blanks, line, start)?.end ?? start;
}

function matchAt(pattern: RegExp, line: string, start: number): { text: string; groups: string[]; end: number } | null {
  pattern.lastIndex = start;
  const match = pattern.exec(line);
  return match === null ? null : { text: match[0], groups: match, end: pattern.lastIndex };
}
