import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { AppError } from '../core/app-error.ts';
import type { StoreTarget } from '../store/store-target.ts';

const FORMS = 'Forms: duckdb:PATH, mysql://USER@HOST:PORT/DATABASE (?socket=PATH).';

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
  throw badUrl(text, scheme === undefined ? 'it has no scheme' : `there is no kind of store called ${scheme}`);
}

/** Whether a URL holds a password, which must not stand on a command line. */
export function holdsPassword(text: string): boolean {
  return /^[a-z]+:\/\/[^/@]*:[^/@]+@/i.test(text);
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
  const decode = (part: string): string => {
    try {
      return decodeURIComponent(part);
    } catch {
      throw badUrl(text, 'a % in it must be written as %25');
    }
  };
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

function badUrl(text: string, why: string): AppError {
  return new AppError('BAD_STORE_URL', `bad store URL ${withoutPassword(text)}: ${why}`, { hint: FORMS });
}

function withoutPassword(text: string): string {
  return text.replace(/^([a-z]+:\/\/[^/@:]*):[^@]*@/i, '$1@');
}
