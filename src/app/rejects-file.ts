import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { AppError, describeCause } from '../core/app-error.ts';
import type { RejectSink } from '../ingest/import-sources.ts';
import { shownText } from '../view/shown-text.ts';

/**
 * Keeps rejected lines in a file that only grows: `FILE:LINE`, the reason and the line's text, with tabs between.
 * They are gathered in a file beside it and added just before the import is committed. Should the process be
 * killed between the two, the run that follows finds them there already and does not add them twice.
 */
export function createRejectsFile(path: string): RejectSink & { readonly path: string; readonly count: number } {
  const draft = `${path}.new-${process.pid}`;
  let lines: string[] = [];
  let held = 0;
  let count = 0;
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

  function flush(): void {
    if (lines.length === 0) return;
    attempt(() => {
      mkdirSync(dirname(path), { recursive: true });
      appendFileSync(draft, lines.join(''), { mode: 0o600 });
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
      rmSync(draft, { force: true });
      lines = [];
      held = 0;
      count = 0;
      kept = null;
    },
    add(source, lineNumber, reason, line) {
      const text = `${shownText(source)}:${lineNumber}\t${reason}\t${shownText(line ?? '')}\n`;
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
          if (!endsWith(file, before, added)) writeSync(file, added);
          fsyncSync(file);
          kept = { before, after: before + added.length };
        } finally {
          closeSync(file);
          if (existsSync(draft)) rmSync(draft);
        }
      });
    },
  };
}

function endsWith(file: number, size: number, bytes: Uint8Array): boolean {
  if (size < bytes.length) return false;
  const end = Buffer.alloc(bytes.length);
  readSync(file, end, 0, end.length, size - bytes.length);
  return end.equals(bytes);
}
