import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { AppError, describeCause } from '../core/app-error.ts';
import { isReadableByOthers } from './settings.ts';

const BYTES = 32;

/**
 * The key in a file, which is made where there is none: 64 hexadecimal digits that only its owner may read. Should two
 * make it at once, both get the same.
 * @param mayMake false where one that was just made would be of no use
 * @throws AppError KEY_FILE
 */
export function readSecretKey(path: string, { mayMake = true }: { readonly mayMake?: boolean } = {}): Uint8Array {
  const draft = `${path}.new-${process.pid}`;
  try {
    return parseKey(path);
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    if (!isMissing || !mayMake) throw failure(path, cause);
  }
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(draft, `${randomBytes(BYTES).toString('hex')}\n`, { mode: 0o600, flag: 'wx', flush: true });
    try {
      linkSync(draft, path);
    } catch {
      // Somebody else was faster, and theirs counts.
    }
    return parseKey(path);
  } catch (cause) {
    throw failure(path, cause);
  } finally {
    rmSync(draft, { force: true });
  }
}

function parseKey(path: string): Uint8Array {
  const text = readFileSync(path, 'utf8').trim();
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new TypeError('it is no key, which is 64 hexadecimal digits');
  if (isReadableByOthers(path)) throw new TypeError(`everybody can read it: chmod 600 ${path}`);
  return Buffer.from(text, 'hex');
}

function failure(path: string, cause: unknown): AppError {
  return new AppError('KEY_FILE', `the key ${path}: ${describeCause(cause)}`, {
    hint: 'Whoever has the key can tell whose pseudonyms are whose; who loses it gets other pseudonyms from then on.',
    cause,
  });
}
