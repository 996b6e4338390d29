import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AppError, describeCause } from '../core/app-error.ts';
import type { InstalledModule } from '../core/catalogue.ts';
import { compareText } from '../core/compare-text.ts';
import { cutText, NAME_CHARACTERS, PATH_CHARACTERS } from '../core/cut-text.ts';
import { readSoftwarePage, readSpiderJson } from './lmod-json.ts';
import { readModuleTree } from './module-tree.ts';
import { isAvailList, readAvailJson, readAvailList } from './modules-avail.ts';
import { readPathList } from './path-list.ts';

/**
 * All that is installed by what some sources say together, each path once, by path.
 * @param sources paths of files and of module trees; `-` is the input
 * @throws AppError CATALOGUE where one cannot be read, is none, or holds no module
 */
export async function readInstalled(
  sources: readonly string[],
  input: AsyncIterable<Uint8Array>,
): Promise<InstalledModule[]> {
  const byPath = new Map<string, InstalledModule>();
  for (const source of sources) {
    const modules = await readOne(source, input);
    if (modules.length === 0) {
      throw new AppError('CATALOGUE', `${nameOf(source)} holds no module`, {
        hint: 'A spider without its MODULEPATH, or a command that failed, gives nothing. Nothing was added.',
      });
    }
    for (const module of modules.map(fit)) {
      const known = byPath.get(module.path);
      if (known === undefined || (!isNamedByPath(known) && isNamedByPath(module))) byPath.set(module.path, module);
    }
  }
  return [...byPath.values()].sort((one, other) => compareText(one.path, other.path));
}

async function readOne(source: string, input: AsyncIterable<Uint8Array>): Promise<InstalledModule[]> {
  let text: string;
  try {
    if (source !== '-' && (await stat(source)).isDirectory()) return readModuleTree(resolve(source));
    text = source === '-' ? await readAll(input) : await readFile(source, 'utf8');
  } catch (cause) {
    throw new AppError('CATALOGUE', `cannot read ${nameOf(source)}: ${describeCause(cause)}`, { cause });
  }
  return readText(text.replace(/^\ufeff/, ''), nameOf(source));
}

/** The form of a text is known by how it begins. */
function readText(text: string, source: string): InstalledModule[] {
  if (!/^\s*[[{]/.test(text)) return isAvailList(text) ? readAvailList(text, source) : readPathList(text, source);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AppError('CATALOGUE', `${source} is broken JSON: ${describeCause(cause)}`, {
      hint: 'Was the command that wrote it cut off? Nothing was added.',
      cause,
    });
  }
  const modules = readSoftwarePage(value) ?? readSpiderJson(value) ?? readAvailJson(value);
  if (modules !== null) return modules;
  throw new AppError('CATALOGUE', `${source} is JSON, but no list of modules that is known`, {
    hint: 'Known are $LMOD_DIR/spider -o spider-json and -o jsonSoftwarePage, and "module avail --json" of Environment Modules.',
  });
}

async function readAll(input: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of input) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** As a store holds it: UTF-8, and no longer than names of loads are. */
function fit(module: InstalledModule): InstalledModule {
  const text = (name: string, most: number): string => cutText(Buffer.from(name, 'utf8').toString('utf8'), most);
  return { ...module, path: text(module.path, PATH_CHARACTERS), module: text(module.module, NAME_CHARACTERS) };
}

/** A virtual module of Environment Modules has the path of another, which is the one that is called so. */
function isNamedByPath({ path, module }: InstalledModule): boolean {
  return path.replace(/\.lua$/, '').endsWith(`/${module}`);
}

function nameOf(source: string): string {
  return source === '-' ? 'standard input' : source;
}
