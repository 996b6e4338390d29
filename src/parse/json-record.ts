import { type Fields, fieldOf, setField } from './field-names.ts';
import { CUT_VALUE } from './key-values.ts';

/**
 * The fields of a JSON object on one line (a dump record, or the message of Environment Modules 4.2 to
 * 5.4); 'broken' where the text is no JSON; null where it is JSON but no object.
 */
export function readJsonRecord(text: string): Fields | 'broken' | null {
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    return 'broken';
  }
  if (typeof record !== 'object' || record === null || Array.isArray(record)) return null;
  const fields: Fields = {};
  for (const [key, value] of Object.entries(record)) {
    const name = fieldOf(key);
    if (name !== undefined) setField(fields, name, textOf(value));
  }
  return fields;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return value === null ? '' : CUT_VALUE;
}
