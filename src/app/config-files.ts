import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parse as parseTomlText, TomlError } from 'smol-toml';
import { AppError, describeCause } from '../core/app-error.ts';

/** The tables that a configuration file may have besides the settings at its top: each is one command's own. */
export const tableNames = ['listen', 'watch', 'serve'] as const;

export type TableName = (typeof tableNames)[number];

/** A configuration file, its values as text; several values of one key stand with commas between. */
export interface ConfigFile {
  readonly path: string;
  readonly top: Readonly<Record<string, string>>;
  readonly tables: Readonly<Partial<Record<TableName, Readonly<Record<string, string>>>>>;
}

/** A setting's value, and where it was found: a flag, a variable or a file. */
export interface FoundSetting {
  readonly value: string;
  readonly origin: string;
}

/**
 * Reads the configuration files, the first of which goes before the others.
 * @param configFile the file of `--config`: it is read instead of the usual ones
 * @param known the settings that may stand at the top
 * @throws AppError BAD_SETTING
 */
export function readConfigFiles(configFile: string | undefined, known: readonly string[]): ConfigFile[] {
  const named = configFile ?? process.env['MODTALLY_CONFIG'];
  if (named !== undefined && named !== '') return [readConfigFile(named, known)];
  const userConfig = process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config');
  return ['modtally.toml', join(userConfig, 'modtally', 'config.toml'), '/etc/modtally/config.toml']
    .filter((path) => existsSync(path))
    .map((path) => readConfigFile(path, known));
}

/**
 * Looks for a setting: the flag, else the variable, else the first file that has it.
 * @param flag what the flag's name is, and its value
 * @returns null where it is nowhere
 */
export function findSetting(
  flag: FoundSetting | null,
  variable: string,
  files: readonly { readonly path: string; readonly value: string | undefined }[],
): FoundSetting | null {
  if (flag !== null) return flag;
  const ofVariable = process.env[variable];
  if (ofVariable !== undefined && ofVariable !== '') return { value: ofVariable, origin: variable };
  for (const { path, value } of files) if (value !== undefined) return { value, origin: path };
  return null;
}

/** @throws AppError BAD_SETTING where a key is none of the known ones */
export function checkKeys(path: string, keys: readonly string[], known: readonly string[]): void {
  for (const key of keys) {
    if (known.includes(key)) continue;
    throw new AppError('BAD_SETTING', `${path}: there is no setting ${key}`, {
      hint: `Settings: ${known.join(', ')}.`,
    });
  }
}

function readConfigFile(path: string, known: readonly string[]): ConfigFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new AppError('BAD_SETTING', `cannot read the configuration file ${path}: ${describeCause(cause)}`, { cause });
  }
  const top: Record<string, string> = {};
  const tables: { [name in TableName]?: Record<string, string> } = {};
  for (const [key, value] of Object.entries(parseToml(text, path))) {
    const table = tableNames.find((name) => name === key);
    if (table === undefined) {
      checkKeys(path, [key], known);
      top[key] = textOf(value, path, key);
    } else if (!isTable(value)) throw new AppError('BAD_SETTING', `${path}: [${key}] must be a table`);
    else {
      const entries = Object.entries(value).map(([name, of]) => [name, listOf(of, path, `${key}.${name}`)]);
      tables[table] = Object.fromEntries(entries);
    }
  }
  return { path, top, tables };
}

function parseToml(text: string, path: string): Record<string, unknown> {
  try {
    return parseTomlText(text);
  } catch (error) {
    const line = error instanceof TomlError ? `:${error.line}` : '';
    // Without its cause, which quotes the line: that may hold the password.
    throw new AppError('BAD_SETTING', `${path}${line} is no TOML: ${describeCause(error)}`);
  }
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: unknown, path: string, key: string): string {
  if (!Array.isArray(value)) return typeof value === 'boolean' ? String(value) : textOf(value, path, key);
  return value.map((one) => textOf(one, path, key)).join(',');
}

function textOf(value: unknown, path: string, key: string): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new AppError('BAD_SETTING', `${path}: ${key} must be a text or a number`);
}
