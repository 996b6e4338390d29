import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection, type RowDataPacket } from 'mysql2/promise';

/** A MariaDB of its own, on loopback, in a temporary folder. Whoever starts it stops it. */
export interface MariadbServer {
  readonly port: number;
  readonly socket: string;
  readonly pid: number;
  /** Runs SQL as root; rows as arrays. */
  sql(sql: string, database?: string): Promise<unknown[][]>;
  stop(): Promise<void>;
}

/** The user that tests log in as, and its password, which has every character that quoting can get wrong. */
export const mariadbUser = 'lmodUser';
export const mariadbPassword = 'te st\'"\\%&623';

/**
 * Starts a server.
 * @param template data folder to copy, so that the system tables need not be made again
 * @param options more of mariadbd's options
 */
export async function startMariadb(template: string | null, options: readonly string[] = []): Promise<MariadbServer> {
  const folder = mkdtempSync(join(tmpdir(), 'modtally-mariadb-'));
  const datadir = join(folder, 'data');
  if (template === null) installMariadb(datadir);
  else cpSync(template, datadir, { recursive: true });
  // Not the system's: a server that starts there removes the temporary tables of those that run.
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary);
  const port = await freePort();
  const socket = join(folder, 'my.sock');
  const server = spawn(
    'mariadbd',
    [
      '--no-defaults',
      '--user=root',
      `--datadir=${datadir}`,
      `--tmpdir=${temporary}`,
      `--socket=${socket}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      `--pid-file=${join(folder, 'my.pid')}`,
      '--local-infile=1',
      '--character-set-server=utf8mb3',
      ...options,
    ],
    { stdio: 'ignore' },
  );
  const started: MariadbServer = {
    port,
    socket,
    pid: server.pid ?? 0,
    async sql(sql, database) {
      const connection = await createConnection({
        socketPath: socket,
        user: 'root',
        multipleStatements: true,
        dateStrings: true,
        ...(database === undefined ? {} : { database }),
      });
      try {
        const [rows] = await connection.query<RowDataPacket[][]>({ sql, rowsAsArray: true });
        return Array.isArray(rows) ? rows : [];
      } finally {
        await connection.end();
      }
    },
    async stop() {
      await endProcess(server);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await waitUntilReady(started, server);
  for (const host of ['%', 'localhost']) {
    await started.sql(
      `CREATE USER '${mariadbUser}'@'${host}' IDENTIFIED BY 'te st\\'"\\\\%&623'; GRANT ALL ON *.* TO '${mariadbUser}'@'${host}'`,
    );
  }
  return started;
}

/** Makes the system tables in a new data folder. */
export function installMariadb(datadir: string): void {
  execFileSync(
    'mariadb-install-db',
    [
      '--no-defaults',
      '--user=root',
      `--datadir=${datadir}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
}

/** A port that nobody listens on just now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function waitUntilReady(server: MariadbServer, child: ChildProcess): Promise<void> {
  let last: unknown;
  for (let attempt = 0; attempt < 600; attempt++) {
    if (child.exitCode !== null) throw new Error(`mariadbd ended with status ${child.exitCode}`);
    try {
      if (existsSync(server.socket)) {
        await server.sql('SELECT 1');
        return;
      }
    } catch (error) {
      last = error;
    }
    await sleep(100);
  }
  throw new Error('mariadbd did not start within a minute', { cause: last });
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}
