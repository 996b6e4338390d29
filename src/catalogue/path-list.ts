import { AppError } from '../core/app-error.ts';
import type { InstalledModule } from '../core/catalogue.ts';

/**
 * A list of modulefiles, a path a line; blank lines are passed over. A module is called as the end of its path.
 * @param source the file's name, for messages
 * @throws AppError CATALOGUE that names a line without a path
 */
export function readPathList(text: string, source: string): InstalledModule[] {
  const modules: InstalledModule[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const path = line.trim();
    if (path === '') continue;
    if (!path.startsWith('/')) {
      throw new AppError('CATALOGUE', `${source}:${index + 1}: ${path} is no path of a modulefile`, {
        hint: 'A list has an absolute path on each line. Lmod\'s spider, a software page and "module avail" are known by their own form.',
      });
    }
    modules.push({ path, module: moduleOfPath(path), isDefault: null, isHidden: null, kind: 'list' });
  }
  return modules;
}

/** `gcc/12.2` of `/apps/modulefiles/gcc/12.2.lua`. */
function moduleOfPath(path: string): string {
  const labels = path
    .replace(/\.lua$/, '')
    .split('/')
    .filter((label) => label !== '');
  return labels.slice(-2).join('/');
}
