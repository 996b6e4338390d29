import { join } from 'node:path';
import { readHook } from './read-hook.ts';
import { type SetupChoices, usualSocket } from './setup-choices.ts';
import type { SetupPiece } from './setup-piece.ts';

/**
 * The hook of Lmod. In a folder that LMOD_PACKAGE_PATH names it is SitePackage.lua, which every version reads; else
 * lmod_config.lua, which Lmod finds by itself from 8.5.23 on.
 */
export function lmodPieces({ cluster = '', socket = usualSocket, folder }: SetupChoices): SetupPiece[] {
  const text = readHook('lmod.lua')
    .replace('@CLUSTER@', () => quoteLua(cluster))
    .replace('@SOCKET@', () => quoteLua(socket));
  const path = folder === undefined ? '/etc/lmod/lmod_config.lua' : join(folder, 'SitePackage.lua');
  return [{ path, text, comment: '--', isShared: true }];
}

/** A text as Lua of every version reads it, with all but what is plain as numbers of bytes. */
function quoteLua(text: string): string {
  const bytes = [...Buffer.from(text)].map((byte) => {
    const letter = String.fromCharCode(byte);
    return /[\w./@:+-]/.test(letter) ? letter : `\\${String(byte).padStart(3, '0')}`;
  });
  return `"${bytes.join('')}"`;
}
