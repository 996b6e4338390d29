import { AppError } from '../core/app-error.ts';
import { readWholeNumber } from '../core/whole-number.ts';
import { checkKeys, type FoundSetting, findSetting, readConfigFiles, type TableName } from './config-files.ts';
import { settingMeanings } from './settings.ts';

/** Settings given as flags, and the file of `--config`. */
export interface TableRequest<Name extends string> {
  readonly flags?: { readonly [name in Name]?: string | undefined };
  readonly configFile?: string | undefined;
}

/** A setting of a table of configuration files, such as [listen]. */
export interface NamedSetting extends FoundSetting {
  /** As messages call it. */
  readonly name: string;
}

/**
 * Looks settings of a table up: the flag, else `MODTALLY_TABLE_NAME`, else the table in a configuration file.
 * @throws AppError BAD_SETTING
 */
export function lookIn<Name extends string>(
  table: TableName,
  meanings: Readonly<Record<Name, string>>,
  { flags = {}, configFile }: TableRequest<Name>,
): (name: Name) => NamedSetting | null {
  const files = readConfigFiles(configFile, Object.keys(settingMeanings)).map(({ path, tables }) => {
    checkKeys(`${path}: [${table}]`, Object.keys(tables[table] ?? {}), Object.keys(meanings));
    return { path, values: tables[table] ?? {} };
  });
  return (name) => {
    const value = flags[name];
    const flag = value === undefined ? null : { value, origin: `--${name.replaceAll('_', '-')}` };
    const ofFiles = files.map(({ path, values }) => ({ path, value: values[name] }));
    const found = findSetting(flag, `MODTALLY_${table.toUpperCase()}_${name.toUpperCase()}`, ofFiles);
    return found === null ? null : { ...found, name };
  };
}

/** What stands between commas. */
export function readList(setting: NamedSetting | null): string[] {
  const parts = setting?.value.split(',').map((part) => part.trim()) ?? [];
  return parts.filter((part) => part !== '');
}

/** @throws AppError BAD_SETTING */
export function readNumber(setting: NamedSetting | null, fallback: number, least: number): number {
  if (setting === null) return fallback;
  const number = readWholeNumber(setting.value, 9);
  if (number !== null && number >= least) return number;
  throw badSetting(setting, `must be a whole number from ${least} on, not ${setting.value}`);
}

/** @throws AppError BAD_SETTING */
export function readYesNo(setting: NamedSetting | null): boolean {
  if (setting === null) return false;
  if (/^(true|yes|1)$/i.test(setting.value)) return true;
  if (/^(false|no|0)$/i.test(setting.value)) return false;
  throw badSetting(setting, `must be true or false, not ${setting.value}`);
}

/**
 * Where to listen.
 * @param host what a bare port stands for
 * @throws AppError BAD_SETTING
 */
export function readPlace<Host>(
  setting: NamedSetting | null,
  text: string,
  host: Host,
): { readonly host: string | Host; readonly port: number } {
  const [, bracketed, plain, digits = ''] = /^(?:\[([^\]]+)\]:|([^:]+):)?(\d+)$/.exec(text) ?? [];
  const port = readWholeNumber(digits, 5);
  if (port !== null && port < 65_536) return { host: bracketed ?? plain ?? host, port };
  throw badSetting(setting, `is no address: ${text}`, 'Write PORT or HOST:PORT, and an IPv6 address in brackets.');
}

export function badSetting(setting: NamedSetting | null, what: string, hint = ''): AppError {
  return new AppError('BAD_SETTING', `${setting?.origin}: ${setting?.name} ${what}`, { hint });
}
