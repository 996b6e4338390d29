import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError, describeCause } from '../core/app-error.ts';
import { type Role, readRole } from '../core/role.ts';

/** A token as it is kept: without the token itself, of which only the digest is known. */
export interface TokenEntry {
  /** What the token begins with, so that it can be told which one it is. */
  readonly id: string;
  /** Who it was given to, or what for. */
  readonly name: string;
  readonly role: Role;
  /** SHA-256 in hexadecimal digits. A token is 32 random bytes: guessing it is hopeless without a slow digest, too. */
  readonly digest: string;
  /** Milliseconds since 1970 UTC; null where it does not end. */
  readonly created: number;
  readonly expires: number | null;
}

const PREFIX = 'mt_';
/** No command needs the file for so long. */
const LOCK_MS = 10_000;

/** All tokens in a folder, in the order in which they were made. @throws AppError TOKENS */
export function readTokens(folder: string): TokenEntry[] {
  const path = pathIn(folder);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    if (isMissing(cause)) return [];
    throw failure(path, describeCause(cause), cause);
  }
  try {
    const entries: unknown = JSON.parse(text);
    if (!Array.isArray(entries)) throw new TypeError('it is no list');
    return entries.map(readEntry);
  } catch (cause) {
    throw failure(path, describeCause(cause), cause);
  }
}

/**
 * Makes a token.
 * @returns the token, which is nowhere else
 * @throws AppError TOKENS, USAGE where there is one of that name
 */
export function addToken(
  folder: string,
  { name, role, expires }: Pick<TokenEntry, 'name' | 'role' | 'expires'>,
): { token: string; entry: TokenEntry } {
  const token = PREFIX + randomBytes(32).toString('base64url');
  const entry = { id: token.slice(0, 11), name, role, digest: digestOf(token), created: Date.now(), expires };
  changeTokens(folder, (entries) => {
    if (entries.some((one) => one.name === name)) {
      throw new AppError('USAGE', `there is a token of the name ${name}`, {
        hint: 'Revoke it first, or take another name.',
      });
    }
    return [...entries, entry];
  });
  return { token, entry };
}

/**
 * Revokes a token, by its name or by what it begins with.
 * @throws AppError TOKENS, USAGE where there is none
 */
export function revokeToken(folder: string, nameOrId: string): TokenEntry {
  let revoked: TokenEntry | undefined;
  changeTokens(folder, (entries) => {
    revoked = entries.find(({ name, id }) => name === nameOrId || id === nameOrId);
    return entries.filter((entry) => entry !== revoked);
  });
  if (revoked !== undefined) return revoked;
  throw new AppError('USAGE', `there is no token ${nameOrId}`, { hint: 'modtally token list shows them.' });
}

/** The entry of a token that is good now; null where there is none. */
export function findToken(entries: readonly TokenEntry[], token: string, now: number): TokenEntry | null {
  const digest = digestOf(token);
  // Of a digest nobody learns anything by how long the comparison takes.
  const entry = entries.find((one) => one.digest === digest);
  return entry === undefined || isExpired(entry, now) ? null : entry;
}

/** Whether a token has come to its end. */
export function isExpired({ expires }: TokenEntry, now: number): boolean {
  return expires !== null && expires <= now;
}

/** When the tokens of a folder were last changed; a number that means nothing else. */
export function tokensChangedAt(folder: string): number {
  try {
    return statSync(pathIn(folder)).mtimeMs;
  } catch {
    return 0;
  }
}

/** The new file appears whole, and while one command changes it another waits. */
function changeTokens(folder: string, change: (entries: TokenEntry[]) => TokenEntry[]): void {
  const path = pathIn(folder);
  const draft = `${path}.new`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    takeDraft(draft);
  } catch (cause) {
    throw failure(path, describeCause(cause), cause);
  }
  try {
    const changed = change(readTokens(folder));
    writeFileSync(draft, `${JSON.stringify(changed, null, 2)}\n`, { flush: true });
    renameSync(draft, path);
  } catch (cause) {
    rmSync(draft, { force: true });
    throw cause instanceof AppError ? cause : failure(path, describeCause(cause), cause);
  }
}

/** Makes the draft, which is the lock. One that a process has left when it was killed makes way. */
function takeDraft(draft: string): void {
  while (true) {
    try {
      writeFileSync(draft, '', { mode: 0o600, flag: 'wx' });
      return;
    } catch (cause) {
      const isThere = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
      if (!isThere) throw cause;
      const heldMs = Date.now() - (statSync(draft, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (heldMs > LOCK_MS) rmSync(draft, { force: true });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

function readEntry(entry: unknown): TokenEntry {
  const { id, name, role, digest, created, expires } = entry as { readonly [key in keyof TokenEntry]: unknown };
  const known = readRole(String(role));
  if (known === null || typeof digest !== 'string') throw new TypeError('an entry of it is no token');
  return {
    id: String(id),
    name: String(name),
    role: known,
    digest,
    created: Number(created),
    expires: expires === null ? null : Number(expires),
  };
}

function digestOf(token: string): string {
  return createHash('sha256').update(token, 'utf8').digest('hex');
}

function pathIn(folder: string): string {
  return join(folder, 'tokens.json');
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}

function failure(path: string, why: string, cause: unknown): AppError {
  return new AppError('TOKENS', `the tokens in ${path}: ${why}`, {
    hint: 'The setting folder of [serve] names another place; a damaged file can be removed, and tokens be made anew.',
    cause,
  });
}
