import type { InstalledModule } from '../core/catalogue.ts';
import { isRecord, recordsIn } from './json-value.ts';

/**
 * What Lmod's spider prints with `-o spider-json`: names, in each the modulefiles by their path.
 * @returns null where the value is something else
 */
export function readSpiderJson(value: unknown): InstalledModule[] | null {
  if (!isRecord(value)) return null;
  const modules: InstalledModule[] = [];
  for (const modulefiles of Object.values(value)) {
    if (!isRecord(modulefiles)) return null;
    for (const [path, modulefile] of Object.entries(modulefiles)) {
      if (!isRecord(modulefile) || typeof modulefile['fullName'] !== 'string') return null;
      const { fullName, hidden, wV } = modulefile;
      modules.push({
        path,
        module: String(fullName),
        isDefault: typeof wV === 'string' ? isMarked(wV) : null,
        isHidden: typeof hidden === 'boolean' ? hidden : null,
        kind: 'spider',
      });
    }
  }
  return modules;
}

/**
 * What Lmod's spider prints with `-o jsonSoftwarePage`: packages with their versions. Hidden ones are not in it.
 * @returns null where the value is something else
 */
export function readSoftwarePage(value: unknown): InstalledModule[] | null {
  const modules: InstalledModule[] = [];
  for (const entry of recordsIn(value) ?? [null]) {
    const versions = recordsIn(entry?.['versions']);
    if (versions === null) return null;
    for (const { path, full, markedDefault } of versions) {
      if (typeof path !== 'string' || typeof full !== 'string') return null;
      modules.push({
        path,
        module: full,
        isDefault: typeof markedDefault === 'boolean' ? markedDefault : null,
        isHidden: false,
        kind: 'page',
      });
    }
  }
  return modules;
}

/** Lmod weighs versions by a text that sorts them; a default's last part begins with a sign above all figures. */
function isMarked(weight: string): boolean {
  return weight.slice(weight.lastIndexOf('/') + 1) >= '^';
}
