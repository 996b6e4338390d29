/** A value that a statement names by a placeholder, `{name:Type}`. */
export type SqlValue = string | number | readonly string[];

/** SQL and the values of its placeholders. */
export interface Statement {
  readonly sql: string;
  readonly values: Readonly<Record<string, SqlValue>>;
}

/** A statement without values. */
export function plain(sql: string): Statement {
  return { sql, values: {} };
}

/**
 * The SQL of a statement with its values written into it, for servers that take none beside it. What looks like a
 * placeholder in a text or a name that stands there already is none.
 */
export function writeValues({ sql, values }: Statement): string {
  return sql.replace(/'(?:[^'\\]|\\.)*'|`[^`]*`|\{(\w+):[\w()]+\}/gs, (place, name: string | undefined) => {
    if (name === undefined) return place;
    const value = values[name];
    if (value === undefined) throw new RangeError(`a statement has no value for ${place}`);
    return writeValue(value);
  });
}

function writeValue(value: SqlValue): string {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? quoteText(value) : `(${value.map(quoteText).join(', ')})`;
}

/**
 * A text as a literal of ClickHouse's SQL. Of a literal only the quote and the backslash are special; the others are
 * written so that a statement stays one line of readable text in the server's log.
 */
export function quoteText(text: string): string {
  return `'${text.replace(/[\\'\0\b\f\n\r\t]/g, (character) => escapes[character] ?? character)}'`;
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '\0': '\\0',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

/** A name as SQL writes it; it has no backquote and no backslash (see store-url.ts). */
export function quoteName(name: string): string {
  return `\`${name}\``;
}
