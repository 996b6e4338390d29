import { readFileSync, statSync } from 'node:fs';
import { availableParallelism, homedir } from 'node:os';
import { join } from 'node:path';
import { AppError, describeCause } from '../core/app-error.ts';
import { createPackageRule, type PackageRule } from '../core/module-name.ts';
import { createSiteZone, type SiteZone, systemSiteZone, systemZoneName } from '../core/site-zone.ts';
import { readWholeNumber } from '../core/whole-number.ts';
import type { StoreTarget } from '../store/store-target.ts';
import { type FoundSetting, findSetting, readConfigFiles } from './config-files.ts';
import { absolutePath, holdsPassword, parseStoreUrl } from './store-url.ts';

/** Every setting: how it is called in a configuration file, its default, and what it does. */
export const settingMeanings = {
  store: 'the store, as --store',
  tz: "the site's time zone, an IANA name",
  ignore: 'a file of module patterns not to count',
  rejects: 'the file that rejected lines are added to',
  pseudonyms: 'the file of a key, by which users are stored under pseudonyms instead of their names',
  directory: 'who the users are: a CSV file, or getent',
  toolchains: 'a file of patterns that tell compiler and MPI from a path',
  module_names: 'how the names of modules are made: auto, a shape such as category/name/version, or an expression',
  lease_seconds: 'how long to wait for another process that uses the store',
  threads: 'how many threads read a large log; the processors, eight at the most, unless given',
  password: "the database user's password",
  password_file: 'a file whose first line is that password',
} as const;

export type SettingName = keyof typeof settingMeanings;

/** Settings given as flags. */
export type SettingFlags = { readonly [name in SettingName]?: string | undefined };

export interface Settings {
  readonly store: StoreTarget;
  /** Where the choice of store comes from: `--store`, a variable, a file, or `default`. */
  readonly storeOrigin: string;
  readonly zone: SiteZone;
  /** Null where nothing is ignored. */
  readonly ignoreFile: string | null;
  readonly rejectsFile: string;
  /** The key of pseudonyms; null where names are stored. */
  readonly pseudonymsFile: string | null;
  /** A path, or `getent`; null where nothing tells who the users are. */
  readonly directory: string | null;
  /** Null where the known forms of paths will do. */
  readonly toolchainsFile: string | null;
  /** Tells package and version from a module's name. */
  readonly packageOf: PackageRule;
  readonly waitMs: number;
  readonly threads: number;
  /** Sentences that the user should see. */
  readonly warnings: readonly string[];
}

export interface SettingsRequest {
  readonly flags?: SettingFlags;
  /** The file of `--config`: it is read instead of the usual ones. */
  readonly configFile?: string | undefined;
}

/**
 * Reads the settings: for each, the flag, else the variable `MODTALLY_NAME`, else the first configuration file
 * that has it, else the default.
 * @throws AppError BAD_SETTING, BAD_STORE_URL, BAD_ZONE
 */
export function readSettings({ flags = {}, configFile }: SettingsRequest = {}): Settings {
  const files = readConfigFiles(configFile, Object.keys(settingMeanings));
  const look = (name: SettingName): FoundSetting | null => {
    const value = flags[name];
    const flag = value === undefined ? null : { value, origin: `--${name}` };
    const ofFiles = files.map(({ path, top }) => ({ path, value: top[name] }));
    return findSetting(flag, `MODTALLY_${name.toUpperCase()}`, ofFiles);
  };
  const store = look('store');
  if (store?.origin === '--store' && holdsPassword(store.value)) {
    throw new AppError('USAGE', 'a password on the command line can be read by everybody on the machine', {
      hint: 'Leave it out of --store and put it into MODTALLY_PASSWORD, or into password_file of the configuration file.',
    });
  }
  return {
    store:
      store === null
        ? { kind: 'duckdb', path: defaultStorePath() }
        : parseStoreUrl(store.value, readPassword(look('password')?.value, look('password_file')?.value)),
    storeOrigin: store?.origin ?? 'default',
    zone: readZone(look('tz')),
    ignoreFile: pathOrNull(look('ignore')?.value),
    rejectsFile: pathOrNull(look('rejects')?.value) ?? join(stateDirectory(), 'rejects.log'),
    pseudonymsFile: pathOrNull(look('pseudonyms')?.value),
    directory: look('directory')?.value === 'getent' ? 'getent' : pathOrNull(look('directory')?.value),
    toolchainsFile: pathOrNull(look('toolchains')?.value),
    packageOf: readPackageRule(look('module_names')),
    waitMs: readSeconds(look('lease_seconds')) * 1000,
    threads: readThreads(look('threads')),
    warnings: files
      .filter(({ path, top }) => holdsSecret(top) && isReadableByOthers(path))
      .map(({ path }) => `${path} holds a password and can be read by others: chmod 600 ${path}`),
  };
}

function holdsSecret({ password, store }: SettingFlags): boolean {
  return password !== undefined || (store !== undefined && holdsPassword(store));
}

/** Whether anybody but the owner and the group may read a file. */
export function isReadableByOthers(path: string): boolean {
  return (statSync(path).mode & 0o004) !== 0;
}

/** Where the embedded store lies unless a setting says otherwise. */
function defaultStorePath(): string {
  const data = process.env['XDG_DATA_HOME'] || join(homedir(), '.local', 'share');
  return join(data, 'modtally', 'usage.duckdb');
}

/** Where what is kept between runs lies: for a service, where its manager says. */
export function stateDirectory(): string {
  const [ofService] = (process.env['STATE_DIRECTORY'] ?? '').split(':');
  if (ofService) return ofService;
  return join(process.env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'modtally');
}

function readZone(setting: FoundSetting | null): SiteZone {
  if (setting !== null) return requireZone(setting.value, setting.origin);
  const told = process.env['TZ'];
  if (told === undefined) return systemSiteZone();
  // To the system, an empty one is UTC. Others may be written in ways of which only the system knows the name.
  return requireZone(told === '' || told === 'UTC' ? 'UTC' : (systemZoneName() ?? told), 'TZ');
}

/**
 * A zone as whoever has but its name knows it: other threads, and what is stored.
 * @throws AppError BAD_ZONE where the system's clock goes by one that has none
 */
export function namedZone(zone: SiteZone): SiteZone {
  return requireZone(zone.name, "the system's clock");
}

/**
 * A zone by its name.
 * @param origin where the name comes from
 * @throws AppError BAD_ZONE
 */
export function requireZone(name: string, origin: string): SiteZone {
  try {
    return createSiteZone(name);
  } catch (cause) {
    throw new AppError('BAD_ZONE', `${origin}: there is no time zone ${name}`, {
      hint: 'Give an IANA name, such as Europe/Amsterdam or UTC.',
      cause,
    });
  }
}

function readPassword(password: string | undefined, file: string | undefined): string {
  if (password !== undefined) return password;
  if (file === undefined) return '';
  try {
    return readFileSync(absolutePath(file), 'utf8').split(/\r?\n/, 1)[0] ?? '';
  } catch (cause) {
    throw new AppError('BAD_SETTING', `cannot read the password file ${file}: ${describeCause(cause)}`, { cause });
  }
}

function readPackageRule(setting: FoundSetting | null): PackageRule {
  const rule = createPackageRule(setting?.value ?? 'auto');
  if (rule !== null) return rule;
  throw new AppError('BAD_SETTING', `${setting?.origin}: module_names cannot be understood: ${setting?.value}`, {
    hint: 'Write auto, a shape such as name/version/hash or category/name/version, or ^ and an expression with (?<name>…).',
  });
}

function readSeconds(setting: FoundSetting | null): number {
  if (setting === null) return 120;
  const seconds = Number(setting.value);
  if (/^[\d.]+$/.test(setting.value) && Number.isFinite(seconds)) return seconds;
  throw new AppError(
    'BAD_SETTING',
    `${setting.origin}: lease_seconds must be a number of seconds, not ${setting.value}`,
  );
}

function readThreads(setting: FoundSetting | null): number {
  if (setting === null) return Math.min(availableParallelism(), 8);
  const threads = readWholeNumber(setting.value, 3);
  if (threads !== null && threads > 0) return threads;
  throw new AppError('BAD_SETTING', `${setting.origin}: threads must be a number from 1 on, not ${setting.value}`);
}

function pathOrNull(path: string | undefined): string | null {
  return path === undefined || path === '' ? null : absolutePath(path);
}
