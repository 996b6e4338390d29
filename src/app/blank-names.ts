import { closeSync, existsSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { AppError, describeCause } from '../core/app-error.ts';

const PIECE_BYTES = 1 << 20;

/**
 * Blanks names in a text file, each letter by a star, where they stand: whoever is just adding to the file is not
 * disturbed, and a run that is killed can be made again. A name that is a part of a longer word stays.
 * @returns how often they stood there
 * @throws AppError OUTPUT
 */
export function blankNames(path: string, names: readonly string[], isDry: boolean): number {
  if (!existsSync(path)) return 0;
  const sought = names.map((name) => Buffer.from(name, 'utf8')).filter((name) => name.length > 0);
  const longest = Math.max(1, ...sought.map((name) => name.length)) + 2;
  let found = 0;
  try {
    const file = openSync(path, isDry ? 'r' : 'r+');
    try {
      const buffer = Buffer.alloc(PIECE_BYTES + longest);
      for (let at = 0; ; at += PIECE_BYTES) {
        // A piece begins with the byte before it, and ends with what a name that begins in it may need.
        const from = Math.max(0, at - 1);
        const length = readSync(file, buffer, 0, PIECE_BYTES + longest, from);
        const piece = buffer.subarray(0, length);
        for (const name of sought) {
          for (const place of placesOf(piece, name, from === 0)) {
            if (place + from < at || place + from >= at + PIECE_BYTES) continue;
            found++;
            if (!isDry) writeSync(file, Buffer.alloc(name.length, '*'), 0, name.length, from + place);
          }
        }
        if (length < PIECE_BYTES + longest) break;
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

function placesOf(piece: Buffer, name: Buffer, isStart: boolean): number[] {
  const places: number[] = [];
  for (let place = piece.indexOf(name); place >= 0; place = piece.indexOf(name, place + 1)) {
    const before = place === 0 ? (isStart ? 0x20 : 0x61) : (piece[place - 1] ?? 0x20);
    const after = piece[place + name.length] ?? 0x20;
    if (!isWordByte(before) && !isWordByte(after)) places.push(place);
  }
  return places;
}

/** Letters, digits, the underscore and the hyphen, and all beyond ASCII. */
function isWordByte(byte: number): boolean {
  return byte >= 0x80 || /[\w-]/.test(String.fromCharCode(byte));
}
