import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kill, pid } from 'node:process';
import { AppError, describeCause } from '../core/app-error.ts';

/**
 * Takes the journal for this process alone, and makes its folder where there is none. The lock is a file with the process's number and start; that of a process
 * which is gone counts for nothing.
 * @returns gives it back
 * @throws AppError JOURNAL
 */
export function lockJournal(folder: string): () => void {
  const lock = join(folder, 'lock');
  const own = `${pid} ${startOf(pid)}`;
  const draft = `${lock}.new-${pid}`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(draft, own, { mode: 0o600 });
    while (!tryLink(draft, lock)) {
      const owner = readOwner(lock);
      if (owner === null) continue;
      if (isAlive(owner)) throw inUse(folder, owner);
      clear(lock, owner, folder);
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw unusableJournal(folder, cause);
  } finally {
    tryRemove(draft);
  }
  return () => {
    if (readOwner(lock) === own) rmSync(lock, { force: true });
  };
}

/** An error of the file system, for people. */
export function unusableJournal(folder: string, cause: unknown): AppError {
  return new AppError('JOURNAL', `cannot use the journal ${folder}: ${describeCause(cause)}`, {
    hint: 'Name another folder with --journal, or give this one to the user that the listener runs as.',
    cause,
  });
}

/** Clears the lock of a dead process away. Should somebody else have been faster, theirs is put back. */
function clear(lock: string, owner: string, folder: string): void {
  const aside = `${lock}.old-${pid}`;
  try {
    renameSync(lock, aside);
  } catch {
    return;
  }
  const moved = readOwner(aside);
  if (moved !== null && moved !== owner) {
    tryLink(aside, lock);
    rmSync(aside, { force: true });
    throw inUse(folder, moved);
  }
  rmSync(aside, { force: true });
}

function inUse(folder: string, owner: string): AppError {
  return new AppError('JOURNAL', `the journal ${folder} is in use by process ${owner.split(' ', 1)[0]}`, {
    hint: 'Each listener needs a journal of its own: --journal names one.',
  });
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') return false;
    throw cause;
  }
}

function tryRemove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Where it cannot be removed it could not be made.
  }
}

function readOwner(lock: string): string | null {
  try {
    return readFileSync(lock, 'utf8');
  } catch {
    return null;
  }
}

function isAlive(owner: string): boolean {
  const [number = '', start = ''] = owner.split(' ');
  try {
    kill(Number(number), 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return startOf(Number(number)) === start;
}

/** When a process began, in the kernel's ticks since boot: a process number may have been given out again. */
function startOf(owner: number): string {
  try {
    const stat = readFileSync(`/proc/${owner}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '0';
  } catch {
    return '0';
  }
}
