import type { Dirent, Stats } from 'node:fs';
import { open, readdir, readFile, readlink, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { AppError, describeCause } from '../core/app-error.ts';
import type { InstalledModule } from '../core/catalogue.ts';
import { type ModuleRc, readLuaRc, readTclRc } from './module-rc.ts';

/** What can name a folder's default, in the order in which Lmod looks. */
const rcReaders: readonly { readonly name: string; readonly read: (text: string) => ModuleRc }[] = [
  { name: '.modulerc.lua', read: readLuaRc },
  { name: '.modulerc', read: readTclRc },
  { name: '.version', read: readTclRc },
];

/** A modulefile as it lies in the tree. */
interface Modulefile {
  readonly path: string;
  /** Its path from the root on, without `.lua`. */
  readonly name: string;
}

/** What is said of a folder, which is called as its path from the root on. */
interface FolderRc extends ModuleRc {
  readonly folder: string;
}

/**
 * The modules in a folder of MODULEPATH, Lua and Tcl, down to the last subfolder.
 * @param root absolute path, as the log of loads writes it
 * @throws AppError CATALOGUE where a part of it cannot be read: it would look as if its modules were gone
 */
export async function readModuleTree(root: string): Promise<InstalledModule[]> {
  const modulefiles: Modulefile[] = [];
  const rcs: FolderRc[] = [];
  await walk(root, '', { modulefiles, rcs }, [await reading(root, async () => idOf(await stat(root)))]);
  const names = new Set(modulefiles.map(({ name }) => name));
  // Of what is said in several places, the innermost holds, as it came last.
  const defaultOf = new Map<string, string>();
  for (const { folder, default: marked } of rcs) {
    const name = marked === null ? undefined : [inFolder(folder, marked), marked].find((each) => names.has(each));
    if (name !== undefined) defaultOf.set(folderOf(name), name);
  }
  const hidden = new Set(rcs.flatMap((rc) => rc.hidden.flatMap((name) => [name, inFolder(rc.folder, name)])));
  return modulefiles.map(({ path, name }) => ({
    path,
    module: name,
    isDefault: defaultOf.get(folderOf(name)) === name,
    isHidden:
      isDotted(name) || [path, path.replace(/\.lua$/, ''), ...beginningsOf(name)].some((each) => hidden.has(each)),
    kind: 'tree',
  }));
}

/** @param above this folder and those that it lies in, by device and inode: a link may lead back to one */
async function walk(
  root: string,
  folder: string,
  found: { readonly modulefiles: Modulefile[]; readonly rcs: FolderRc[] },
  above: readonly string[],
): Promise<void> {
  const here = inFolder(root, folder);
  const entries = await reading(here, () => readdir(here, { withFileTypes: true }));
  const names = new Set(entries.map(({ name }) => name));
  found.rcs.push({ folder, ...(await readFolderRc(here, entries)) });
  for (const entry of entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    if (!isKept(entry)) continue;
    const path = `${here}/${entry.name}`;
    const stats = await reading(path, () => statUnlessBroken(path));
    if (stats?.isDirectory()) {
      const id = idOf(stats);
      const inner = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (!above.includes(id)) await walk(root, inner, found, [...above, id]);
    } else if (stats?.isFile()) {
      const isLua = entry.name.endsWith('.lua');
      // Lmod prefers the one in Lua where a module is there in both languages.
      if (!isLua && (names.has(`${entry.name}.lua`) || !(await reading(path, () => isTclModulefile(path))))) continue;
      const name = entry.name.replace(/\.lua$/, '');
      found.modulefiles.push({ path, name: folder === '' ? name : `${folder}/${name}` });
    }
  }
}

/** What Lmod passes over: version control, what editors leave behind, and the files that are read on their own. */
function isKept(entry: Dirent): boolean {
  const { name } = entry;
  if (name === 'default' && entry.isSymbolicLink()) return false;
  if (/^(?:\.git|\.gitignore|\.svn|\.lua|\.DS_Store)$/.test(name)) return false;
  return !/~$|^#|#$|^\.#|^__|^\..*\.swp$|^\.(?:version|modulerc)(?:[-._]|$)/.test(name);
}

/** Null for a link that leads nowhere, or to itself. */
async function statUnlessBroken(path: string): Promise<Stats | null> {
  try {
    return await stat(path);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ELOOP')) return null;
    throw cause;
  }
}

function idOf({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}

async function readFolderRc(here: string, entries: readonly Dirent[]): Promise<ModuleRc> {
  const rcs: ModuleRc[] = [];
  const link = entries.find((entry) => entry.name === 'default' && entry.isSymbolicLink());
  if (link !== undefined) {
    const target = await reading(here, () => readlink(`${here}/default`));
    rcs.push({ default: basename(target).replace(/\.lua$/, ''), hidden: [] });
  }
  for (const { name, read } of rcReaders) {
    if (!entries.some((entry) => entry.name === name)) continue;
    const path = `${here}/${name}`;
    rcs.push(read(await reading(path, () => readFile(path, 'utf8'))));
  }
  return {
    default: rcs.find((rc) => rc.default !== null)?.default ?? null,
    hidden: rcs.flatMap((rc) => rc.hidden),
  };
}

/** A modulefile in Tcl begins with a mark of its own; a README does not. */
async function isTclModulefile(path: string): Promise<boolean> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, 16, 0);
    return buffer.toString('latin1', 0, bytesRead).startsWith('#%Module');
  } finally {
    await handle.close();
  }
}

async function reading<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw new AppError('CATALOGUE', `cannot read ${path}: ${describeCause(cause)}`, {
      hint: "Run it as somebody who may read the whole tree, or take what Lmod's spider says. Nothing was added.",
      cause,
    });
  }
}

/** A name behind a folder's; one may begin with `/` or `./`. */
function inFolder(folder: string, name: string): string {
  const inner = name.replace(/^\.?\//, '');
  return [folder, inner].filter((part) => part !== '').join('/');
}

function folderOf(name: string): string {
  return name.slice(0, Math.max(name.lastIndexOf('/'), 0));
}

function isDotted(name: string): boolean {
  return name.split('/').some((label) => label.startsWith('.'));
}

/** `a`, `a/b` and `a/b/c` of `a/b/c`. */
function beginningsOf(name: string): string[] {
  const labels = name.split('/');
  return labels.map((_, index) => labels.slice(0, index + 1).join('/'));
}
