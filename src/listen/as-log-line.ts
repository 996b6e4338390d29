const LF = 10;
const BLANK = 32;
const [ZERO, NINE] = [48, 57];
const [DASH, COLON, LESS, GREATER] = [45, 58, 60, 62];

/**
 * A received message as a line of a log: without what ends it, its newlines written as `#012`, and with what only the
 * receiver can know. One without a time gets that of its arrival, and one whose time has no year the year.
 * @param message may be handed back as it is, or in part
 * @param arrivedAt milliseconds since 1970
 */
export function asLogLine(message: Buffer, arrivedAt: number): Buffer {
  let end = message.length;
  while (end > 0 && isEnding(message[end - 1])) end--;
  let line = end === message.length ? message : message.subarray(0, end);
  if (line.includes(LF)) line = Buffer.from(line.toString('latin1').replaceAll('\n', '#012'), 'latin1');
  return stamped(line, arrivedAt);
}

/** Newlines, carriage returns and NUL. */
function isEnding(byte: number | undefined): boolean {
  return byte === LF || byte === 13 || byte === 0;
}

function stamped(line: Buffer, arrivedAt: number): Buffer {
  const at = endOfPriority(line);
  const first = line[at] ?? 0;
  if (isDigit(first)) {
    // RFC 5424's version, or an ISO time: whatever follows, the parser knows what to do.
    if (line[at + 1] === BLANK || line[at + 4] === DASH) return line;
  } else if (isYearless(line, at)) return withYear(line, at, arrivedAt);
  else if (isTraditional(line, at)) return line;
  // A record of its own, or words without a prefix: the time of its fields goes before this one.
  if (at === 0) return line;
  return inserted(line, at, `${new Date(arrivedAt).toISOString()} - `);
}

/** Where `<PRI>` ends; 0 where there is none. */
function endOfPriority(line: Buffer): number {
  if (line[0] !== LESS) return 0;
  let at = 1;
  while (at < 4 && isDigit(line[at] ?? 0)) at++;
  return at > 1 && line[at] === GREATER ? at + 1 : 0;
}

/** Whether `Mmm dd hh:mm:ss` stands there: without a year, that is. */
function isYearless(line: Buffer, at: number): boolean {
  return isTraditional(line, at) && line[at + 9] === COLON && line[at + 12] === COLON;
}

/** Whether `Mmm dd ` stands there. */
function isTraditional(line: Buffer, at: number): boolean {
  return line[at + 3] === BLANK && line[at + 6] === BLANK && isDigit(line[at + 5] ?? 0);
}

/** The year next to the arrival: clocks are a bit off, and messages a bit late, at New Year too. */
function withYear(line: Buffer, at: number, arrivedAt: number): Buffer {
  const arrived = new Date(arrivedAt);
  const month = line.toString('latin1', at, at + 3);
  let year = arrived.getUTCFullYear();
  if (month === 'Dec' && arrived.getUTCMonth() === 0) year--;
  else if (month === 'Jan' && arrived.getUTCMonth() === 11) year++;
  return inserted(line, at + 7, `${year} `);
}

function inserted(line: Buffer, at: number, text: string): Buffer {
  const longer = Buffer.allocUnsafe(line.length + text.length);
  line.copy(longer, 0, 0, at);
  longer.write(text, at, 'latin1');
  line.copy(longer, at + text.length, at);
  return longer;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}
