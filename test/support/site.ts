import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { inject, onTestFinished } from 'vitest';
import type { StoreTarget } from '../../src/store/store-target.ts';
import { mariadbPassword, mariadbUser } from './mariadb-server.ts';
import { type CommandOptions, type CommandResult, runCommand } from './run-command.ts';
import { type StoreKind, urlOf } from './stores.ts';

/** A site as its administrator sees it: a home directory to work in, and a store that all commands find. */
export interface Site {
  readonly kind: StoreKind;
  /** Home and working directory of every command. */
  readonly folder: string;
  readonly target: StoreTarget;
  /** The store as `--store` takes it. */
  readonly url: string;
  /** What commands find in their environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs a command there, however it ends. */
  run(name: string, args: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** Runs a command that has to succeed. */
  do(name: string, args: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** Writes a file into the folder. @returns its path */
  write(name: string, content: string | Uint8Array, mode?: number): string;
  /** Whoever made the site closes it: folder and database go. */
  close(): Promise<void>;
}

let sites = 0;

/**
 * A site with a store that does not exist yet. A database's drop-in commands find it by the conf file of Lmod's
 * tools, the others by MODTALLY_STORE; the embedded store is where it is by default.
 */
export function createSite(kind: StoreKind, zone = 'UTC'): Site {
  const folder = mkdtempSync(join(tmpdir(), 'modtally-site-'));
  const target = kind === 'mysql' ? newDatabaseTarget() : embeddedTarget(folder);
  const url = kind === 'mysql' ? urlWithoutPassword(target) : `duckdb:${embeddedTarget(folder).path}`;
  const env: Record<string, string> = { TZ: zone };
  if (target.kind === 'mysql') {
    Object.assign(env, { MODTALLY_STORE: url, MODTALLY_PASSWORD: target.password });
    writeFileSync(join(folder, 'lmodV2_db.conf'), confText(target), { mode: 0o600 });
  }
  const run: Site['run'] = (name, args, options = {}) =>
    runCommand(name, args, { cwd: folder, ...options, env: { HOME: folder, ...env, ...options.env } });
  return {
    kind,
    folder,
    target,
    url,
    env,
    run,
    async do(name, args, options) {
      const result = await run(name, args, options);
      if (result.status === 0) return result;
      throw new Error(`${name} ${args.join(' ')}: status ${result.status}\n${result.stderr}`);
    },
    write(name, content, mode = 0o644) {
      const path = join(folder, name);
      mkdirSync(join(path, '..'), { recursive: true });
      writeFileSync(path, content, { mode });
      return path;
    },
    async close() {
      rmSync(folder, { recursive: true, force: true });
      if (target.kind === 'mysql') await runSql(`DROP DATABASE IF EXISTS ${target.database}`);
    },
  };
}

/** A site that goes with the test. */
export function newSite(kind: StoreKind, zone?: string): Site {
  const site = createSite(kind, zone);
  onTestFinished(() => site.close());
  return site;
}

/** The name of a site's database. */
export function databaseOf({ target }: Site): string {
  if (target.kind !== 'mysql') throw new Error('the site has no database');
  return target.database;
}

/** Runs SQL on the shared server as root; rows as arrays. */
export async function runSql(sql: string, database?: string): Promise<unknown[][]> {
  const connection = await createConnection({
    socketPath: inject('mariadb').socket,
    user: 'root',
    multipleStatements: true,
    dateStrings: true,
    charset: 'utf8mb4',
    ...(database === undefined ? {} : { database }),
  });
  try {
    const [rows] = await connection.query<RowDataPacket[][]>({ sql, rowsAsArray: true });
    return Array.isArray(rows) ? rows : [];
  } finally {
    await connection.end();
  }
}

/** A conf file as `conf_create` writes it, with the port that the test server needs. */
export function confText(target: StoreTarget, database?: string): string {
  if (target.kind !== 'mysql') return `[STORE]\nURL = ${urlOf(target).url}\n`;
  const password = Buffer.from(target.password).toString('base64');
  return `[MYSQL]\nHOST = ${target.host}\nPORT = ${target.port}\nUSER = ${target.user}\nPASSWD = ${password}\nDB = ${
    database ?? target.database
  }\n`;
}

/** A database of the shared server that nobody else uses, not made yet. */
export function newDatabaseTarget(): StoreTarget & { readonly kind: 'mysql' } {
  return {
    kind: 'mysql',
    host: '127.0.0.1',
    port: inject('mariadb').port,
    socket: null,
    user: mariadbUser,
    password: mariadbPassword,
    database: `s${process.pid}_${Date.now().toString(36)}_${sites++}`,
  };
}

/** The URL of a store; the password is not in it. */
export function urlWithoutPassword(target: StoreTarget): string {
  return urlOf(target).url;
}

function embeddedTarget(folder: string): StoreTarget & { readonly kind: 'duckdb' } {
  return { kind: 'duckdb', path: join(folder, '.local', 'share', 'modtally', 'usage.duckdb') };
}
