import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { AppError, describeCause } from '../core/app-error.ts';
import { findMarkedText, type Mark, markText } from './marked-text.ts';
import type { SetupPiece } from './setup-piece.ts';

export interface Installation {
  readonly path: string;
  readonly done: 'written' | 'updated' | 'unchanged';
  /** Where the file is kept as it was before; null where nothing of somebody else's was in it. */
  readonly backup: string | null;
}

/**
 * Puts a piece into its place, whole or not at all. A new file is readable by everybody; one that is there keeps its
 * owner and mode. What is ours is brought up to date; into a file that may be shared, the piece goes behind what is
 * there.
 * @param root the folder that stands for `/`
 * @param force whether a file that somebody else has written or edited may go; it is kept beside
 * @throws AppError SETUP
 */
export function installPiece(piece: SetupPiece, mark: Mark, root: string, force: boolean): Installation {
  let path = join(root, piece.path);
  // An image may get its users later.
  if (piece.needsUser !== undefined && root === '/') requireUser(piece.needsUser, path);
  const marked = markText(piece, mark);
  const umask = process.umask(0o022);
  try {
    // A link leads to the file that is meant; below another root it would lead out of it.
    if (root === '/' && existsSync(path)) path = realpathSync(path);
    if (!existsSync(path)) {
      mkdirSync(dirname(path), { recursive: true });
      writeAtomically(path, marked);
      return { path, done: 'written', backup: null };
    }
    const file = readFileSync(path, 'utf8');
    const found = findMarkedText(file, piece.comment);
    const isOurs = found?.isIntact === true && (piece.isShared || isEmpty(found.before + found.behind));
    if (!isOurs && !force && !(found === null && piece.isShared)) {
      throw new AppError('SETUP', `${path} ${found === null ? 'was not written by modtally' : 'has been edited'}`, {
        hint: 'Look at it, or give --force: it is kept beside, with .before-modtally behind its name.',
      });
    }
    const text = piece.isShared ? withPiece(file, found, marked) : marked;
    if (text === file) return { path, done: 'unchanged', backup: null };
    const backup = isOurs ? null : keepBeside(path);
    writeAtomically(path, text);
    return { path, done: 'updated', backup };
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('SETUP', `cannot write ${path}: ${describeCause(cause)}`, { cause });
  } finally {
    process.umask(umask);
  }
}

/** Without its group rsyslog does not start, and logrotate rotates nothing. */
function requireUser(user: string, path: string): void {
  const isKnown = ['passwd', 'group'].every((database) => spawnSync('getent', [database, user]).status === 0);
  if (isKnown) return;
  throw new AppError('SETUP', `${path} needs a user ${user} with a group of that name`, {
    hint: `useradd --system --user-group --home-dir /var/lib/modtally --create-home ${user}, or give --user.`,
  });
}

function withPiece(file: string, found: ReturnType<typeof findMarkedText>, marked: string): string {
  if (found !== null) return found.before + marked + found.behind;
  return file === '' || file.endsWith('\n') ? file + marked : `${file}\n${marked}`;
}

function isEmpty(text: string): boolean {
  return text.trim() === '';
}

function keepBeside(path: string): string {
  for (let n = 1; ; n++) {
    const backup = `${path}.before-modtally${n === 1 ? '' : `-${n}`}`;
    if (existsSync(backup)) continue;
    linkSync(path, backup);
    return backup;
  }
}

/** Under another name first: rsyslog, cron and each `module load` may read the file at any moment. */
function writeAtomically(path: string, text: string): void {
  // A dot first, and no ending: neither cron, rsyslog nor logrotate takes it for one of its files.
  const draft = join(dirname(path), `.modtally-${process.pid}`);
  try {
    rmSync(draft, { force: true });
    writeFileSync(draft, text, { mode: 0o644, flag: 'wx', flush: true });
    if (existsSync(path)) {
      const { uid, gid, mode } = statSync(path);
      chownSync(draft, uid, gid);
      chmodSync(draft, mode & 0o7777);
    }
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}
