import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { AppError, describeCause } from '../core/app-error.ts';
import { readWholeNumber } from '../core/whole-number.ts';
import type { MysqlTarget } from '../mysql/mysql-target.ts';
import type { StoreTarget } from '../store/store-target.ts';
import { isReadableByOthers, readSettings, type Settings } from './settings.ts';
import { holdsPassword, parseStoreUrl } from './store-url.ts';

/** What `conf_create` writes and Lmod's own tools read. */
export interface MysqlConf {
  readonly host: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

function confFileName(database: string): string {
  return `${database}_db.conf`;
}

/**
 * Writes DATABASE_db.conf into the working directory, readable by its owner alone. The password is not encrypted
 * in it but hidden from a glance, as Lmod's tools do.
 * @returns the file's name, and whether one that was there could be read by others
 * @throws AppError CONF_FILE
 */
export function writeConfFile({ host, user, password, database }: MysqlConf): { path: string; wasReadable: boolean } {
  if (host === '' || user === '' || database === '' || database.includes('/')) {
    throw new AppError('CONF_FILE', 'host, user and name of the database must not be empty');
  }
  const path = confFileName(database);
  const draft = `${path}.new`;
  const hidden = Buffer.from(password, 'utf8').toString('base64');
  try {
    const wasReadable = existsSync(path) && isReadableByOthers(path);
    // Made anew under another name: a file or a link that is there would keep its mode, or lead elsewhere.
    rmSync(draft, { force: true });
    writeFileSync(draft, `[MYSQL]\nhost = ${host}\nuser = ${user}\npasswd = ${hidden}\ndb = ${database}\n\n`, {
      mode: 0o600,
      flag: 'wx',
    });
    renameSync(draft, path);
    return { path, wasReadable };
  } catch (cause) {
    throw new AppError('CONF_FILE', `cannot write ${path}: ${describeCause(cause)}`, { cause });
  }
}

/**
 * The settings of a drop-in command: the store is that of the conf file, which must exist when it is named, else
 * of DATABASE_db.conf in the working directory, else what the settings say.
 * @param confFile the value of `--confFn`
 * @throws AppError CONF_FILE
 */
export function readLegacySettings(confFile: string | undefined, database: string): Settings {
  const named = confFile !== undefined && confFile !== '';
  const path = named ? confFile : confFileName(database);
  const settings = readSettings();
  if (!named && !existsSync(path)) return settings;
  const warnings = [...settings.warnings];
  const store = readConfFile(path);
  const hasPassword = store.kind === 'mysql' && store.password !== '';
  if (hasPassword && isReadableByOthers(path))
    warnings.push(`${path} holds a password and can be read by others: chmod 600 ${path}`);
  return { ...settings, store, storeOrigin: path, warnings };
}

/**
 * The database that a migration or a dump reads: a mysql URL, or a conf file that names one.
 * @throws AppError
 */
export function readSourceTarget(text: string): MysqlTarget {
  return requireMysql(readFromTarget(text), text);
}

/**
 * The store that something is read from: a URL, or a conf file that names one.
 * @throws AppError
 */
export function readFromTarget(text: string): StoreTarget {
  if (holdsPassword(text)) {
    throw new AppError('USAGE', 'a password on the command line can be read by everybody on the machine', {
      hint: 'Leave it out of the URL and put it into MODTALLY_FROM_PASSWORD, or name a conf file instead.',
    });
  }
  const password = process.env['MODTALLY_FROM_PASSWORD'] ?? process.env['MODTALLY_PASSWORD'] ?? '';
  return /^[a-z]+:/i.test(text) ? parseStoreUrl(text, password) : readConfFile(text);
}

/**
 * A target that must be a MySQL or MariaDB database.
 * @throws AppError USAGE
 */
export function requireMysql(target: StoreTarget, origin: string): MysqlTarget {
  if (target.kind === 'mysql') return target;
  const named = origin === 'default' ? 'the embedded store' : origin;
  throw new AppError('USAGE', `${named} is no MySQL or MariaDB database`, {
    hint: "Lmod's gen_1 and gen_2 databases are on such a server. conf_create makes the conf file, such as lmod_db.conf.",
  });
}

/**
 * The store that a conf file names: `[MYSQL]` with HOST, USER, PASSWD and DB (PORT and SOCKET may be added), or
 * `[STORE]` with URL. Letter case of keys does not count.
 * @throws AppError CONF_FILE
 */
function readConfFile(path: string): StoreTarget {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new AppError('CONF_FILE', `cannot read the conf file ${path}: ${describeCause(cause)}`, {
      hint: 'conf_create makes one.',
      cause,
    });
  }
  const sections = parseIni(text);
  const url = sections.get('store')?.get('url');
  if (url !== undefined) return parseStoreUrl(url, process.env['MODTALLY_PASSWORD'] ?? '');
  const keys = sections.get('mysql');
  if (keys === undefined) throw incomplete(path, 'it has neither a section [MYSQL] nor [STORE]');
  const need = (key: string): string => {
    const value = keys.get(key);
    if (value === undefined) throw incomplete(path, `it has no ${key.toUpperCase()}`);
    return value;
  };
  const portText = keys.get('port');
  const port = portText === undefined ? null : readWholeNumber(portText, 5);
  if (portText !== undefined && (port === null || port < 1 || port > 65_535)) {
    throw incomplete(path, `PORT is ${portText}`);
  }
  return {
    kind: 'mysql',
    host: need('host'),
    port,
    socket: keys.get('socket') ?? null,
    user: need('user'),
    password: Buffer.from(need('passwd'), 'base64').toString('utf8'),
    database: need('db'),
  };
}

function parseIni(text: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string>>();
  let section = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const heading = /^\s*\[(.+?)\]\s*$/.exec(line)?.[1];
    const pair = /^\s*([^#;=:\s][^=:]*?)\s*[=:]\s*(.*?)\s*$/.exec(line);
    if (heading !== undefined) {
      section = new Map();
      sections.set(heading.toLowerCase(), section);
    } else if (pair?.[1] !== undefined && pair[2] !== undefined) section.set(pair[1].toLowerCase(), pair[2]);
  }
  return sections;
}

function incomplete(path: string, why: string): AppError {
  return new AppError('CONF_FILE', `the conf file ${path} is incomplete: ${why}`, { hint: 'conf_create makes one.' });
}
