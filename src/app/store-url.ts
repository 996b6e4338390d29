import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { AppError } from '../core/app-error.ts';
import type { ClickhouseTarget, StoreTarget } from '../store/store-target.ts';

const FORMS =
  'Forms: duckdb:PATH, mysql://USER@HOST:PORT/DATABASE (?socket=PATH), clickhouse://USER@HOST,HOST:PORT/DATABASE?cluster=NAME (&secure=true).';

/**
 * Takes a store URL apart. A relative path is one from the working directory.
 * @param password what the URL itself does not hold
 * @throws AppError BAD_STORE_URL
 */
export function parseStoreUrl(text: string, password: string): StoreTarget {
  const scheme = /^([a-z]+):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === 'duckdb') {
    const path = text.slice('duckdb:'.length).replace(/^\/\/(?=\/)/, '');
    if (path === '') throw badUrl(text, 'it names no file');
    return { kind: 'duckdb', path: absolutePath(path) };
  }
  if (scheme === 'mysql' || scheme === 'mariadb') return parseMysqlUrl(text, password);
  if (scheme === 'clickhouse') return parseClickhouseUrl(text, password);
  throw badUrl(text, scheme === undefined ? 'it has no scheme' : `there is no kind of store called ${scheme}`);
}

/**
 * Whether a URL holds a password, which must not stand on a command line. Written as it is, it may have any letters in
 * it, `/` and `@` too: what could be one is taken for one.
 */
export function holdsPassword(text: string): boolean {
  return /^[a-z]+:\/\/[^/:]*:.+@/is.test(text);
}

/** A path from the working directory, or from the home directory where it begins with `~/`. */
export function absolutePath(path: string): string {
  if (path.startsWith('~/')) return join(homedir(), path.slice(2));
  return isAbsolute(path) ? path : resolve(path);
}

function parseMysqlUrl(text: string, password: string): StoreTarget {
  let url: URL;
  try {
    // Only schemes that the URL standard calls special are taken apart with host and port in all cases.
    url = new URL(text.replace(/^[a-z]+:/i, 'http:'));
  } catch {
    throw badUrl(text, 'it is no URL');
  }
  const decode = (part: string): string => decodePart(text, part);
  const database = decode(url.pathname.slice(1));
  if (database === '' || database.includes('/')) throw badUrl(text, 'it names no database');
  const socket = url.searchParams.get('socket');
  const hasPort = /@[^/]*:80(\/|$)/.test(text) || url.port !== '';
  return {
    kind: 'mysql',
    host: url.hostname.replace(/^\[(.*)\]$/, '$1') || 'localhost',
    port: hasPort ? Number(url.port || 80) : null,
    socket,
    user: decode(url.username),
    password: url.password === '' ? password : decode(url.password),
    database,
  };
}

/** Several hosts, which a URL of the standard cannot have; the database and the cluster are words that need no quoting. */
function parseClickhouseUrl(text: string, password: string): ClickhouseTarget {
  const parts = /^[a-z]+:\/\/(?:([^/]*)@)?([^/?@]+)\/([^?]*)(?:\?(.*))?$/i.exec(text);
  if (parts === null) throw badUrl(text, 'it is no URL with a host and a database');
  const [, userInfo = '', places = '', path = '', query = ''] = parts;
  const [user = '', ...ownPassword] = userInfo.split(':');
  const parameters = new URLSearchParams(query);
  // Its name is not told: it may be the end of a password.
  const hasUnknown = [...parameters.keys()].some((name) => name !== 'cluster' && name !== 'secure');
  if (hasUnknown) throw badUrl(text, 'it has a parameter other than cluster and secure');
  const isSecure = readFlag(text, 'secure', parameters.getAll('secure'));
  const database = decodePart(text, path);
  const cluster = parameters.get('cluster');
  for (const [what, name] of [
    ['database', database],
    ['cluster', cluster ?? 'c'],
  ] as const) {
    if (!/^\w[\w.-]*$/.test(name)) throw badUrl(text, `its ${what} is not of letters, digits, _, - and .`);
  }
  return {
    kind: 'clickhouse',
    hosts: places.split(',').map((place) => parsePlace(text, place, isSecure ? 8443 : 8123)),
    isSecure,
    user: user === '' ? 'default' : decodePart(text, user),
    password: ownPassword.length === 0 ? password : decodePart(text, ownPassword.join(':')),
    database,
    cluster,
  };
}

/** A misspelt one must not mean that the password travels in the clear. */
function readFlag(text: string, name: string, values: readonly string[]): boolean {
  const [value = 'false', ...others] = values;
  const isOne = ['true', '1'].includes(value);
  if (others.length > 0 || !(isOne || ['false', '0'].includes(value))) {
    throw badUrl(text, `its parameter ${name} is neither true nor false`);
  }
  return isOne;
}

function parsePlace(text: string, place: string, usualPort: number): { host: string; port: number } {
  const [, bare, bracketed, port] = /^(?:([^:[\]\s]+)|\[([\da-f:.]+)\])(?::(\d{1,5}))?$/i.exec(place) ?? [];
  const host = bare ?? bracketed;
  if (host === undefined || Number(port ?? 1) > 65_535) throw badUrl(text, `"${place}" is no host with a port`);
  return { host, port: port === undefined ? usualPort : Number(port) };
}

function decodePart(text: string, part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badUrl(text, 'a % in it must be written as %25');
  }
}

function badUrl(text: string, why: string): AppError {
  return new AppError('BAD_STORE_URL', `bad store URL ${withoutPassword(text)}: ${why}`, { hint: FORMS });
}

function withoutPassword(text: string): string {
  return text.replace(/^([a-z]+:\/\/[^/:]*):.*@/is, '$1@');
}
