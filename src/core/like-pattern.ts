/**
 * SQL LIKE, decided here and not in a database, so that every store gives the same answer: `%` any run,
 * `_` one character, `\` takes the next character as it is; letter case does not count.
 */

const ANY_RUN = Symbol('%');
const ANY_ONE = Symbol('_');

type PatternPart = string | typeof ANY_RUN | typeof ANY_ONE;

/** A test for one pattern. It costs at most text length times pattern length, whatever the pattern. */
export function compileLike(pattern: string): (text: string) => boolean {
  const parts = splitPattern(pattern);
  if (parts.length === 1 && parts[0] === ANY_RUN) return () => true;
  return (text) => matches(parts, foldCase(text));
}

/** A test for several patterns, any of which will do. No pattern at all lets everything through. */
export function compileLikeAny(patterns: readonly string[]): (text: string) => boolean {
  if (patterns.length === 0) return () => true;
  const tests = patterns.map(compileLike);
  return (text) => tests.some((test) => test(text));
}

/** Whether the patterns let everything through, so that a store need not filter at all. */
export function likeAnyMatchesAll(patterns: readonly string[]): boolean {
  return patterns.length === 0 || patterns.some((pattern) => /^%+$/.test(pattern));
}

/** A text as a pattern that matches it alone (but for letter case). */
export function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

function splitPattern(pattern: string): PatternPart[] {
  const parts: PatternPart[] = [];
  let escaped = false;
  for (const character of pattern) {
    if (escaped) {
      parts.push(foldCharacter(character));
      escaped = false;
    } else if (character === '\\') escaped = true;
    else if (character === '%') {
      if (parts.at(-1) !== ANY_RUN) parts.push(ANY_RUN);
    } else if (character === '_') parts.push(ANY_ONE);
    else parts.push(foldCharacter(character));
  }
  if (escaped) parts.push('\\');
  return parts;
}

function foldCase(text: string): string[] {
  return Array.from(text, foldCharacter);
}

/** Lower case, one character for one: `İ`, which would become two, stays as it is. */
function foldCharacter(character: string): string {
  const lower = character.toLowerCase();
  return lower.length === character.length ? lower : character;
}

/** The usual two-pointer walk: on a mismatch, the last `%` takes one character more. */
function matches(parts: readonly PatternPart[], text: readonly string[]): boolean {
  let part = 0;
  let at = 0;
  let lastRun = -1;
  let runEnd = 0;
  while (at < text.length) {
    const wanted = parts[part];
    if (wanted === ANY_RUN) {
      lastRun = part++;
      runEnd = at;
    } else if (part < parts.length && (wanted === ANY_ONE || wanted === text[at])) {
      part++;
      at++;
    } else if (lastRun >= 0) {
      part = lastRun + 1;
      at = ++runEnd;
    } else return false;
  }
  while (parts[part] === ANY_RUN) part++;
  return part === parts.length;
}
