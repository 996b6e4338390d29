import { AppError, describeCause } from '../../core/app-error.ts';
import type { ErrorCode } from '../../core/error-codes.ts';

/** Whether another process holds the file; DuckDB's message names it. */
export function isLockedElsewhere(cause: unknown): boolean {
  return /Could not set lock on file/.test(describeCause(cause));
}

/** The process that holds the file, as DuckDB tells it; null where it does not. */
export function holderOf(cause: unknown): string | null {
  const match = /Conflicting lock is held in (.+?) \(PID (\d+)\)/.exec(describeCause(cause));
  return match === null ? null : `process ${match[2]} (${match[1]})`;
}

/** Whether a statement names a table or column that is not there. */
export function isUnknownName(cause: unknown): boolean {
  return /^(Catalog|Binder) Error/.test(describeCause(cause));
}

const kinds: readonly { readonly sign: RegExp; readonly code: ErrorCode; readonly hint: string }[] = [
  {
    sign: /No space left|disk is full|quota exceeded/i,
    code: 'STORE_FULL',
    hint: 'Free some space and run it again: what was not completed was not stored.',
  },
  {
    sign: /Permission denied|Read-only file system/i,
    code: 'STORE_DENIED',
    hint: 'Check the permissions of the file and of its directory.',
  },
  {
    sign: /No such file or directory|does not exist/i,
    code: 'STORE_MISSING',
    hint: 'An import makes the store; --store names another one.',
  },
  {
    sign: /not a valid DuckDB database|Corrupt|checksum|Serialization|Failed to load|replaying WAL|Could not read enough bytes/i,
    code: 'STORE_DAMAGED',
    hint: 'Restore the file from a backup, or import the logs into a new store.',
  },
  {
    sign: /newer version of DuckDB|version number \d+/i,
    code: 'STORE_NEWER',
    hint: 'Update modtally on this machine. Nothing was changed.',
  },
  {
    sign: /Is a directory/i,
    code: 'STORE_FAILED',
    hint: 'Name a file in it, such as duckdb:DIRECTORY/usage.duckdb.',
  },
];

/**
 * Whether something was committed, and there was no room to tidy up: it is in the log beside the file, and whoever
 * opens the file next reads it from there.
 */
export function isUncheckpointed(cause: unknown): boolean {
  return /^IO Error: (Detached database .* but CHECKPOINT during DETACH failed|Transaction COMMIT succeeded)/.test(
    describeCause(cause),
  );
}

/** A DuckDB failure in the user's words. */
export function explainDuckdbError(cause: unknown, name: string): AppError {
  if (cause instanceof AppError) return cause;
  // What is at the bottom of it may stand on a later line.
  const lines = (cause instanceof Error ? cause.message : String(cause)).split('\n');
  const kind = kinds.find(({ sign }) => lines.some((line) => sign.test(line)));
  const text = lines
    .find((line) => kind?.sign.test(line))
    ?.replace(/^.* Original error: /, '')
    .trim();
  return new AppError(kind?.code ?? 'STORE_FAILED', `${name}: ${text ?? describeCause(cause)}`, {
    hint: kind?.hint ?? '',
    cause,
  });
}
