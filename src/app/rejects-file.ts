import {
  appendFileSync,
  closeSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { AppError, describeCause } from '../core/app-error.ts';
import type { RejectSink } from '../ingest/import-sources.ts';
import { shownText } from '../view/shown-text.ts';

/**
 * Keeps rejected lines in a file that only grows: `FILE:LINE`, the reason and the line's text, with tabs between.
 * They are gathered in a file beside it and added just before the import is committed. Should the process be
 * killed between the two, the run that follows finds them there already and does not add them twice.
 * @param keepsText false where names are not to be kept: of a line that nobody understands, any part may be one
 */
export function createRejectsFile(
  path: string,
  keepsText = true,
): RejectSink & { readonly path: string; readonly count: number } {
  const draft = `${path}.new-${process.pid}`;
  let lines: string[] = [];
  let held = 0;
  let count = 0;
  /** Bytes that are in the draft, and where the lines of the current source begin. */
  let flushed = 0;
  let begun = { flushed: 0, count: 0 };
  let kept: { before: number; after: number } | null = null;

  function attempt<T>(use: () => T): T {
    try {
      return use();
    } catch (cause) {
      throw new AppError('OUTPUT', `cannot write the rejected lines to ${path}: ${describeCause(cause)}`, {
        hint: 'Name another file with --rejects. Nothing was imported.',
        cause,
      });
    }
  }

  function removeDraft(): void {
    try {
      rmSync(draft, { force: true });
    } catch {
      // Where it cannot be removed it could not be made.
    }
  }

  function flush(): void {
    if (lines.length === 0) return;
    attempt(() => {
      mkdirSync(dirname(path), { recursive: true });
      const text = Buffer.from(lines.join(''), 'utf8');
      appendFileSync(draft, text, { mode: 0o600 });
      flushed += text.length;
    });
    lines = [];
    held = 0;
  }

  return {
    path,
    get count() {
      return count;
    },
    restart() {
      // Unless somebody else has added to the file since.
      if (kept !== null && statSync(path).size === kept.after) truncateSync(path, kept.before);
      removeDraft();
      lines = [];
      held = 0;
      count = 0;
      flushed = 0;
      begun = { flushed, count };
      kept = null;
    },
    begin() {
      flush();
      begun = { flushed, count };
    },
    discard() {
      lines = [];
      held = 0;
      if (flushed > begun.flushed) attempt(() => truncateSync(draft, begun.flushed));
      flushed = begun.flushed;
      count = begun.count;
    },
    add(source, lineNumber, reason, line) {
      const text = `${shownText(source)}:${lineNumber}\t${reason}\t${keepsText ? shownText(line ?? '') : ''}\n`;
      lines.push(text);
      held += text.length;
      count++;
      if (held > 4_000_000) flush();
    },
    async keep() {
      flush();
      if (count === 0) return;
      attempt(() => {
        const added = readFileSync(draft);
        const file = openSync(path, 'a+', 0o600);
        try {
          const before = fstatSync(file).size;
          if (!endsWith(file, before, added)) addWhole(file, before, added);
          fsyncSync(file);
          kept = { before, after: before + added.length };
        } finally {
          closeSync(file);
          removeDraft();
        }
      });
    },
  };
}

/** Adds bytes to the end of a file, all of them or none: a disk that fills up takes only the first. */
function addWhole(file: number, size: number, bytes: Uint8Array): void {
  try {
    appendFileSync(file, bytes);
  } catch (error) {
    ftruncateSync(file, size);
    throw error;
  }
}

function endsWith(file: number, size: number, bytes: Uint8Array): boolean {
  if (size < bytes.length) return false;
  const end = Buffer.alloc(bytes.length);
  readSync(file, end, 0, end.length, size - bytes.length);
  return end.equals(bytes);
}
