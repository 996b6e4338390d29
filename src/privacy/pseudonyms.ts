import { createHmac } from 'node:crypto';

/** Gives a name its pseudonym: always the same one, and none that tells the name to whoever has not got the key. */
export type Pseudonyms = (name: string) => string;

/** Letters that nobody mixes up, in base 32 (Crockford's). */
const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';
/** 60 bits: two of a million users have the same by a chance of one in two million. */
const LENGTH = 12;

/** @param prefix what each begins with, so that people see what it is */
export function createPseudonyms(key: Uint8Array, prefix: string): Pseudonyms {
  const known = new Map<string, string>();
  return (name) => {
    let pseudonym = known.get(name);
    if (pseudonym === undefined) {
      const digest = createHmac('sha256', key).update(name, 'utf8').digest();
      pseudonym = prefix + Array.from(digest.subarray(0, LENGTH), (byte) => LETTERS[byte & 31]).join('');
      known.set(name, pseudonym);
    }
    return pseudonym;
  };
}
