import { readFileSync } from 'node:fs';
import { AppError, describeCause } from '../core/app-error.ts';
import type { ResultTable } from '../core/result-table.ts';
import { listSystemUsers } from '../people/getent.ts';
import { createPersonNames } from './person-names.ts';
import { createDisguise } from './pseudonym-key.ts';
import { readSecretKey } from './secret-key.ts';
import type { Settings } from './settings.ts';

export interface RevealRequest {
  readonly settings: Settings;
  readonly pseudonyms: readonly string[];
  /** The file of the key that made them. */
  readonly keyFile: string;
  /** A file of names to try, one a line; null for the users that the system knows. */
  readonly namesFile: string | null;
}

/**
 * Whose pseudonyms these are: every name there is is tried, as nothing leads back from a pseudonym. They may be those
 * that an import has stored, or those that analysts see.
 * @throws AppError KEY_FILE, INPUT, DIRECTORY
 */
export async function revealNames({ settings, pseudonyms, keyFile, namesFile }: RevealRequest): Promise<ResultTable> {
  const key = readSecretKey(keyFile, { mayMake: false });
  const disguise = createDisguise(key);
  const { ofUser, ofGroup } = createPersonNames(key, settings.store);
  const names = namesFile === null ? await listSystemUsers() : readNames(namesFile);
  const known = new Map<string, string>();
  for (const name of names) for (const make of [disguise, ofUser, ofGroup]) known.set(make(name), name);
  return {
    columns: [
      { key: 'pseudonym', title: 'Pseudonym', kind: 'text' },
      { key: 'name', title: 'Name', kind: 'text' },
    ],
    rows: pseudonyms.map((pseudonym) => [pseudonym, known.get(pseudonym) ?? null]),
    notes: [`${names.length} names were tried.`],
  };
}

function readNames(path: string): string[] {
  try {
    const lines = readFileSync(path, 'utf8').split(/\r?\n/);
    return lines.map((line) => line.split(/[,;\t]/, 1)[0]?.trim() ?? '').filter((name) => name !== '');
  } catch (cause) {
    throw new AppError('INPUT', `cannot read the names in ${path}: ${describeCause(cause)}`, { cause });
  }
}
