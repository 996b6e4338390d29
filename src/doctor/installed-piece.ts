import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { findMarkedText } from '../setup/marked-text.ts';
import { isSetupName, type SetupName, setups } from '../setup/pieces.ts';
import type { SetupChoices } from '../setup/setup-choices.ts';

/** A file of `modtally setup` that was found on this host. */
export interface InstalledPiece {
  readonly name: SetupName;
  readonly path: string;
  readonly version: string;
  readonly choices: SetupChoices;
  /** `outdated`: as it was written, but this version writes it otherwise. */
  readonly state: 'current' | 'outdated' | 'edited';
  readonly mode: number;
}

/**
 * Finds what was set up on this host.
 * @param root the folder that stands for `/`
 * @param folders where SitePackage.lua or siteconfig.tcl may be besides the usual places
 */
export function findInstalledPieces(root: string, folders: readonly string[]): InstalledPiece[] {
  const usual = Object.values(setups).flatMap((make) => [...make({}), ...make({ watch: true })]);
  const hooks = folders.flatMap((folder) => [...setups.lmod({ folder }), ...setups.modules({ folder })]);
  const places = new Map([...usual, ...hooks].map(({ path, comment }) => [path, comment]));
  return [...places].flatMap(([place, comment]) => {
    const path = join(root, place);
    if (!existsSync(path)) return [];
    const found = findMarkedText(readFileSync(path, 'utf8'), comment);
    if (found === null || !isSetupName(found.name)) return [];
    const { name, version, choices } = found;
    const fresh = setups[name](choices).find((piece) => piece.path === place);
    const state = !found.isIntact ? 'edited' : fresh?.text === found.text ? 'current' : 'outdated';
    return [{ name, path, version, choices, state, mode: statSync(path).mode }];
  });
}
