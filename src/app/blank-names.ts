import { closeSync, existsSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { AppError, describeCause } from '../core/app-error.ts';
import { shownText } from '../view/shown-text.ts';

const PIECE_BYTES = 1 << 20;
const NEWLINE = 0x0a;

/** A name in a file: where its bytes are. */
interface Place {
  readonly at: number;
  readonly length: number;
}

/**
 * Blanks names in a text file, each letter by a star, where they stand: whoever is just adding to the file is not
 * disturbed, and a run that is killed can be made again. A name that is a part of a longer word stays; `ann.smith` and
 * `ann@site` are words.
 * @returns how often they stood there
 * @throws AppError OUTPUT
 */
export function blankNames(path: string, names: readonly string[], isDry: boolean): number {
  const sought = spellingsOf(names);
  return blankPlaces(path, isDry, (line) => findWords(line, sought));
}

/**
 * As `blankNames`, in an audit log: who has looked, and at whom, are texts of JSON, of which each is a name as a whole.
 * @throws AppError OUTPUT
 */
export function blankNamesInAudit(path: string, names: readonly string[], isDry: boolean): number {
  const sought = spellingsOf(names);
  const isSought = new Set(names);
  return blankPlaces(path, isDry, (line) => findInEntry(line, isSought) ?? findWords(line, sought));
}

/** @param find the places in a line */
function blankPlaces(path: string, isDry: boolean, find: (line: Buffer) => readonly Place[]): number {
  if (!existsSync(path)) return 0;
  let found = 0;
  try {
    const file = openSync(path, isDry ? 'r' : 'r+');
    try {
      for (const { line, from } of linesOf(file)) {
        for (const { at, length } of find(line)) {
          found++;
          if (!isDry) writeSync(file, Buffer.alloc(length, '*'), 0, length, from + at);
        }
      }
      if (!isDry) fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    throw new AppError('OUTPUT', `cannot take names out of ${path}: ${describeCause(cause)}`, {
      hint: 'Run it again when the file can be written.',
      cause,
    });
  }
  return found;
}

/** The lines of a file, and where each begins; the last may lack its newline. */
function* linesOf(file: number): Generator<{ line: Buffer; from: number }> {
  const piece = Buffer.alloc(PIECE_BYTES);
  let rest: Buffer = Buffer.alloc(0);
  let from = 0;
  while (true) {
    const length = readSync(file, piece, 0, PIECE_BYTES, from + rest.length);
    const text = Buffer.concat([rest, piece.subarray(0, length)]);
    let begin = 0;
    for (let end = text.indexOf(NEWLINE); end >= 0; end = text.indexOf(NEWLINE, begin)) {
      yield { line: text.subarray(begin, end), from: from + begin };
      begin = end + 1;
    }
    rest = text.subarray(begin);
    from += begin;
    if (length > 0) continue;
    if (rest.length > 0) yield { line: rest, from };
    return;
  }
}

/** Names as they may stand in a log: as they are, as they are shown, and within JSON. */
function spellingsOf(names: readonly string[]): Buffer[] {
  const spellings = names.flatMap((name) => [name, shownText(name), JSON.stringify(name).slice(1, -1)]);
  return [...new Set(spellings)].filter((name) => name !== '').map((name) => Buffer.from(name, 'utf8'));
}

function findWords(line: Buffer, names: readonly Buffer[]): Place[] {
  const places: Place[] = [];
  for (const name of names) {
    for (let at = line.indexOf(name); at >= 0; at = line.indexOf(name, at + 1)) {
      const end = at + name.length;
      if (!goesOn(line, at, -1) && !goesOn(line, end - 1, 1)) places.push({ at, length: name.length });
    }
  }
  return places;
}

/** Whether a word goes on beside a place; a dot or an at sign belongs to it where more of it follows. */
function goesOn(line: Buffer, place: number, step: 1 | -1): boolean {
  const next = line[place + step] ?? 0x20;
  if (isWordByte(next)) return true;
  return (next === 0x2e || next === 0x40) && isWordByte(line[place + 2 * step] ?? 0x20);
}

/** Letters, digits, the underscore and the hyphen, and all beyond ASCII. */
function isWordByte(byte: number): boolean {
  return byte >= 0x80 || /[\w-]/.test(String.fromCharCode(byte));
}

/** Null where the line is no entry, such as one of which a dying machine has written a half. */
function findInEntry(line: Buffer, names: ReadonlySet<string>): Place[] | null {
  // A byte a character, so that places are those of bytes.
  const text = line.toString('latin1');
  try {
    JSON.parse(line.toString('utf8'));
    let key = '';
    return [...text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?/g)].flatMap(({ 1: token = '', 2: colon, index }) => {
      if (colon !== undefined) {
        key = token;
        return [];
      }
      const isName = key === '"who"' || key === '"users"';
      const value: unknown = JSON.parse(Buffer.from(token, 'latin1').toString('utf8'));
      return isName && names.has(String(value)) ? [{ at: index + 1, length: token.length - 2 }] : [];
    });
  } catch {
    return null;
  }
}
