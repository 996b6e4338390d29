import { type Installation, installPiece } from '../setup/install-piece.ts';
import { markText } from '../setup/marked-text.ts';
import { setups } from '../setup/pieces.ts';
import type { SetupRequest } from './setup-request.ts';
import { readVersion } from './version.ts';

/** The files that a host needs, as they would be installed: the path of each, and its text. */
export function describeSetup({ name, choices }: SetupRequest): { readonly path: string; readonly text: string }[] {
  const mark = { name, version: readVersion(), choices };
  return setups[name](choices).map((piece) => ({ path: piece.path, text: markText(piece, mark) }));
}

/**
 * Writes the files that a host needs.
 * @param root the folder that stands for `/`
 * @param force whether files that are not as modtally has written them may be replaced
 * @throws AppError SETUP
 */
export function installSetup({ name, choices }: SetupRequest, root: string, force: boolean): Installation[] {
  const mark = { name, version: readVersion(), choices };
  return setups[name](choices).map((piece) => installPiece(piece, mark, root, force));
}
