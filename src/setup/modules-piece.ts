import { join } from 'node:path';
import { readHook } from './read-hook.ts';
import { type SetupChoices, usualSocket } from './setup-choices.ts';
import type { SetupPiece } from './setup-piece.ts';

/** The hook of Environment Modules, in the folder of its configuration; Linux distributions have it at the same place. */
export function modulesPieces({
  cluster = '',
  socket = usualSocket,
  folder = '/etc/environment-modules',
}: SetupChoices): SetupPiece[] {
  const text = readHook('modules.tcl')
    .replace('@CLUSTER@', () => quoteTcl(cluster))
    .replace('@SOCKET@', () => quoteTcl(socket));
  return [{ path: join(folder, 'siteconfig.tcl'), text, comment: '#', isShared: true }];
}

/** A text as Tcl reads it, with all but what is plain as numbers of letters. */
function quoteTcl(text: string): string {
  const letters = [...text].map((letter) =>
    /[\w./@:+-]/.test(letter) ? letter : `\\U${(letter.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`,
  );
  return `"${letters.join('')}"`;
}
