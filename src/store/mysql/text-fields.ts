/** Fields of text as LOAD DATA reads them: tabs between, a backslash before what is special, \N for NULL. */

export const NULL_FIELD = '\\N';

export function escapeField(text: string): string {
  return text.replace(/[\\\t\n\r\0]/g, (character) => escapes[character] ?? character);
}

export function fieldOf(text: string | null | undefined): string {
  return text === null || text === undefined ? NULL_FIELD : escapeField(text);
}

/** The fields of a line, its newline included. */
export function readFields(line: string): (string | null)[] {
  return line.slice(0, -1).split('\t').map(unescapeField);
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\0': '\\0',
};

function unescapeField(text: string): string | null {
  if (text === NULL_FIELD) return null;
  return text.replace(/\\(.)/g, (_, letter: string) => ({ t: '\t', n: '\n', r: '\r', 0: '\0' })[letter] ?? letter);
}
