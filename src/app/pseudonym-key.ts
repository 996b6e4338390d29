import type { Disguise } from '../ingest/growing-vocabulary.ts';
import { createPseudonyms } from '../privacy/pseudonyms.ts';
import { readSecretKey } from './secret-key.ts';
import type { Settings } from './settings.ts';

const PREFIX = 'p-';
const isPseudonym = /^p-[0-9a-hj-km-np-tv-z]{12}$/;

/**
 * What users are stored as by the setting `pseudonyms`; null where names are stored. The key is made where there is
 * none.
 * @param mayMake false for who looks for what was stored: by a key that was just made, nothing was
 * @throws AppError KEY_FILE
 */
export function disguiseOf(
  { pseudonymsFile }: Pick<Settings, 'pseudonymsFile'>,
  { mayMake = true }: { readonly mayMake?: boolean } = {},
): Disguise | null {
  return pseudonymsFile === null ? null : createDisguise(readSecretKey(pseudonymsFile, { mayMake }));
}

/** What users are stored as by a key. What is a pseudonym already stays: archives and dumps have them. */
export function createDisguise(key: Uint8Array): Disguise {
  const pseudonymOf = createPseudonyms(key, PREFIX);
  return (user) => (isPseudonym.test(user) ? user : pseudonymOf(user));
}
