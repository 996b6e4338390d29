import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addToken } from '../../src/app/token-file.ts';
import { letCrowdIn, type ServeCommand, startServe } from '../support/crowd.ts';
import { runCommand } from '../support/run-command.ts';
import { waitUntil } from '../support/wait-until.ts';
import { logText } from '../support/write-log.ts';

const script = fileURLToPath(new URL('../../bin/modtally', import.meta.url));

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'modtally-crowd-'));
});

/** The processes that a process has started. */
function childrenOf(pid: number): number[] {
  const listed = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return listed.trim().split(' ').filter(Boolean).map(Number);
}

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function importLog(text: string): Promise<void> {
  writeFileSync(join(folder, 'usage.log'), text);
  const args = ['import', 'usage.log', '--store', 'duckdb:usage.duckdb'];
  const { status, stderr } = await runCommand('modtally', args, { cwd: folder });
  expect(stderr).not.toMatch(/error/);
  expect(status).toBe(0);
}

/** A server that the test ends, on a store with one load. */
async function serve(): Promise<ServeCommand & { readonly token: string }> {
  await importLog(logText([{ user: 'amora' }]));
  const own = join(folder, 'serve');
  const { token } = addToken(own, { name: 'crowd', role: 'staff', expires: null });
  const store = `duckdb:${join(folder, 'usage.duckdb')}`;
  return { token, ...(await startServe(script, ['--store', store, '--folder', own, '--tz', 'UTC'])) };
}

test('fifty people get right figures, and no errors, while logs are imported beside', async () => {
  const { url, token, stop } = await serve();
  try {
    const crowd = { url, token, clients: 50, seconds: 6, pauseMs: 200, day: '2024-11-11', importLog };
    const { answers, imports, troubles } = await letCrowdIn(crowd);
    expect(troubles).toEqual([]);
    expect(imports).toBeGreaterThan(1);
    expect(answers.size).toBe(6);
  } finally {
    expect(await stop()).toBe(0);
  }
});

test('what works for the server can be killed, and goes with it', async () => {
  const { url, pid, token, stop } = await serve();
  const headers = { authorization: `Bearer ${token}` };
  const ask = (limit: number): Promise<Response> => fetch(`${url}/api/v1/reports/top?limit=${limit}`, { headers });
  expect((await ask(1)).status).toBe(200);
  const children = childrenOf(pid);
  expect(children.length).toBeGreaterThan(0);
  for (const child of children) process.kill(child, 'SIGKILL');
  await waitUntil(() => childrenOf(pid).every((child) => !children.includes(child)), 'they have ended');
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect((await ask(2)).status).toBe(200);
  const successors = childrenOf(pid);
  // Somebody has come, and has asked for nothing yet.
  const silent = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {});
  await once(silent, 'connect');
  const stoppedAt = performance.now();
  expect(await stop()).toBe(0);
  expect(performance.now() - stoppedAt).toBeLessThan(30_000);
  silent.destroy();
  for (const child of successors) expect(existsSync(`/proc/${child}`)).toBe(false);
});
