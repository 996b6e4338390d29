import { createHash } from 'node:crypto';
import type { SetupChoices } from './setup-choices.ts';
import type { SetupPiece } from './setup-piece.ts';

/**
 * Marks around what modtally writes into a file: which piece it is, which version wrote it by which choices, and a
 * checksum, so that an edited file is known from one that is only old.
 */
export interface Mark {
  readonly name: string;
  readonly version: string;
  readonly choices: SetupChoices;
}

/** Marked text that was found in a file. */
export interface MarkedText extends Mark {
  /** Between the marks. */
  readonly text: string;
  /** Whether it is as it was written. */
  readonly isIntact: boolean;
  /** The text of the file before and behind it. */
  readonly before: string;
  readonly behind: string;
}

/** A piece's text between its marks. */
export function markText({ text, comment }: Pick<SetupPiece, 'text' | 'comment'>, mark: Mark): string {
  const { name, version, choices } = mark;
  const begin = `${comment} modtally ${version} setup ${name} ${JSON.stringify(choices)} sha256:${checksumOf(text)}`;
  return `${begin}\n${text}${comment} modtally end\n`;
}

/** The marked text in a file's text, or null where there is none. */
export function findMarkedText(file: string, comment: SetupPiece['comment']): MarkedText | null {
  const found = new RegExp(
    `^${comment} modtally (\\S+) setup (\\w+) (\\{.*\\}) sha256:([0-9a-f]{64})\\n((?:.*\\n)*?)${comment} modtally end\\n?`,
    'm',
  ).exec(file);
  if (found === null) return null;
  const [whole, version = '', name = '', choices = '', checksum, text = ''] = found;
  return {
    name,
    version,
    choices: readChoices(choices),
    text,
    isIntact: checksum === checksumOf(text),
    before: file.slice(0, found.index),
    behind: file.slice(found.index + whole.length),
  };
}

function checksumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** What somebody has edited is no reason to fail: it is told apart by its checksum, or made anew. */
function readChoices(text: string): SetupChoices {
  try {
    return JSON.parse(text) as SetupChoices;
  } catch {
    return {};
  }
}
