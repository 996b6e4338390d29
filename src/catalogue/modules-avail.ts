import { AppError } from '../core/app-error.ts';
import type { InstalledModule } from '../core/catalogue.ts';
import { isRecord } from './json-value.ts';

/**
 * What Environment Modules prints on `module avail --json`: folders, in each the modules by name. Aliases, which
 * stand for another module, are passed over.
 * @returns null where the value is something else
 */
export function readAvailJson(value: unknown): InstalledModule[] | null {
  if (!isRecord(value)) return null;
  const modules: InstalledModule[] = [];
  for (const folder of Object.values(value)) {
    if (!isRecord(folder)) return null;
    for (const entry of Object.values(folder)) {
      if (!isRecord(entry) || typeof entry['name'] !== 'string' || typeof entry['type'] !== 'string') return null;
      const { name, pathname, symbols, tags } = entry;
      if (typeof pathname !== 'string') continue;
      modules.push({
        path: pathname,
        module: String(name),
        isDefault: Array.isArray(symbols) && symbols.includes('default'),
        isHidden: Array.isArray(tags) && tags.includes('hidden'),
        kind: 'modules',
      });
    }
  }
  return modules;
}

/** Whether a text is what `module -t avail` prints: names below the folder that they lie in, `/FOLDER:`. */
export function isAvailList(text: string): boolean {
  return /^\s*\/[^\n]*:\s*(?:\n|$)/.test(text);
}

/**
 * What Environment Modules prints on `module -t avail`: below each folder its modules, as `NAME(SYMBOL:…) <TAG:…>`.
 * @param source the file's name, for messages
 * @throws AppError CATALOGUE where names end in `/`: folders in place of modulefiles
 */
export function readAvailList(text: string, source: string): InstalledModule[] {
  const modules: InstalledModule[] = [];
  let folder = '';
  for (const [index, line] of text.split('\n').entries()) {
    const {
      1: name = '',
      2: symbols = '',
      3: tags = '',
    } = /^(.*?)(?:\(([^()]*)\))?(?: <([^<>]*)>)?$/.exec(line.trim()) ?? [];
    if (name === '') continue;
    if (name.startsWith('/') && name.endsWith(':')) folder = name.slice(0, -1);
    else if (name.endsWith('/')) {
      throw new AppError('CATALOGUE', `${source}:${index + 1}: ${name} is a folder, and no path of a modulefile`, {
        hint: 'Of Lmod, take the spider\'s: $LMOD_DIR/spider -o spider-json $MODULEPATH. Of Environment Modules, "module avail --json".',
      });
    } else if (symbols !== '@') {
      modules.push({
        path: `${folder}/${name}`,
        module: name,
        isDefault: symbols.split(':').includes('default'),
        isHidden: tags.split(':').includes('H'),
        kind: 'modules',
      });
    }
  }
  return modules;
}
