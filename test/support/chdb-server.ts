import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A current ClickHouse. Its 550 MB are no package of the project: only what tests it would ever need them. */
const VERSION = '3.4.0';
const cache = fileURLToPath(new URL(`../../node_modules/.cache/chdb-${VERSION}`, import.meta.url));

export interface ChdbServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts a server of its own, in a temporary folder; fetches it where that has not been done. Whoever starts it stops it. */
export async function startChdb(): Promise<ChdbServer> {
  fetchChdb();
  const folder = mkdtempSync(join(tmpdir(), 'modtally-chdb-'));
  const script = fileURLToPath(new URL('./chdb-server.js', import.meta.url));
  const child = spawn(process.execPath, [script, cache, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<never>((_, reject) =>
    child.once('exit', (status) => reject(new Error(`chdb ended with status ${status}`))),
  );
  ended.catch(() => {});
  const port = await Promise.race([
    ended,
    new Promise<number>((resolve) => child.stdout.once('data', (text) => resolve(Number(text)))),
  ]);
  return {
    port,
    async stop() {
      const over = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await over;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function fetchChdb(): void {
  if (existsSync(join(cache, 'node_modules', 'chdb', 'package.json'))) return;
  rmSync(cache, { recursive: true, force: true });
  // Whole or not at all: a test that is ended meanwhile leaves another folder behind.
  const draft = `${cache}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  writeFileSync(join(draft, 'package.json'), '{"private": true}\n');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--no-save', `chdb@${VERSION}`], {
    cwd: draft,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  execFileSync('mv', [draft, cache]);
}
