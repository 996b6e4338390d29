import { type Fields, fieldOf, LONGEST_KEY, setField } from './field-names.ts';

/**
 * Reads `key=value` pairs, separated by blanks or commas, from a log message; whatever else stands
 * between them is passed over. Values may be bare, 'single-quoted' or "double-quoted". One walk over
 * the text, whatever it holds.
 */
export function readKeyValues(text: string, start: number): Fields {
  const fields: Fields = {};
  const unclosed = new Set<string>();
  let at = start;
  while (at < text.length) {
    if (isSeparator(text.charCodeAt(at))) {
      at++;
      continue;
    }
    const keyEnd = skipKey(text, at);
    if (keyEnd === at || text[keyEnd] !== '=') {
      at = skipWord(text, Math.max(keyEnd, at + 1));
      continue;
    }
    const value = readValue(text, keyEnd + 1, unclosed);
    const name = fieldOf(text.slice(at, Math.min(keyEnd, at + LONGEST_KEY + 1)));
    if (name !== undefined) setField(fields, name, value.text);
    at = value.end;
  }
  return fields;
}

/** What stands for a quoted value that never ends: a cut line's field, which cannot be trusted. */
export const CUT_VALUE = '\0';

interface Value {
  readonly text: string;
  readonly end: number;
}

/** @param unclosed quotes that nothing in the rest of the text closes: to look again for each value would take for ever */
function readValue(text: string, start: number, unclosed: Set<string>): Value {
  const quote = text[start];
  if (quote === '"' || quote === "'") {
    const quoted = unclosed.has(quote) ? null : readQuoted(text, start + 1, quote);
    if (quoted !== null) return quoted;
    unclosed.add(quote);
    return { text: CUT_VALUE, end: readBare(text, start).end };
  }
  return readBare(text, start);
}

/** Up to the closing quote, which is one that a separator or the end follows; null where there is none. */
function readQuoted(text: string, start: number, quote: string): Value | null {
  let value = '';
  let copied = start;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (character === '\\' && (text[at + 1] === quote || text[at + 1] === '\\')) {
      value += text.slice(copied, at);
      copied = ++at;
    } else if (character === quote && (at + 1 === text.length || isSeparator(text.charCodeAt(at + 1)))) {
      return { text: value + text.slice(copied, at), end: at + 1 };
    }
  }
  return null;
}

/** Up to a blank, or to a comma that ends the value: one before a blank, the end or another key of ours. */
function readBare(text: string, start: number): Value {
  let at = start;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isBlank(code)) break;
    if (code === COMMA && endsValue(text, at)) break;
  }
  return { text: text.slice(start, at), end: at };
}

function endsValue(text: string, comma: number): boolean {
  const next = comma + 1;
  if (next === text.length || isBlank(text.charCodeAt(next))) return true;
  const keyEnd = skipKey(text, next, LONGEST_KEY);
  return text[keyEnd] === '=' && fieldOf(text.slice(next, keyEnd)) !== undefined;
}

function skipKey(text: string, start: number, atMost: number = Number.POSITIVE_INFINITY): number {
  let at = start;
  while (at < text.length && at - start < atMost && isKeyCharacter(text.charCodeAt(at))) at++;
  return at;
}

function skipWord(text: string, start: number): number {
  let at = start;
  while (at < text.length && !isSeparator(text.charCodeAt(at))) at++;
  return at;
}

const COMMA = 44;

function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13);
}

function isSeparator(code: number): boolean {
  return code === COMMA || isBlank(code);
}

/** Letters, digits and `_ . -`. */
function isKeyCharacter(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 46 ||
    code === 45
  );
}
