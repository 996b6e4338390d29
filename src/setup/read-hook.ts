import { readFileSync } from 'node:fs';

/** The text of a hook, a file of the folder hooks/ beside src/ and dist/. */
export function readHook(name: 'lmod.lua' | 'modules.tcl'): string {
  return readFileSync(new URL(`../../hooks/${name}`, import.meta.url), 'utf8');
}
