import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { createSiteZone } from '../../src/core/site-zone.ts';
import { makeLoad, storeLoads } from '../support/make-loads.ts';
import { runCommand } from '../support/run-command.ts';
import { openTestStore } from '../support/stores.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const READERS = 10;
const IMPORTS = 8;

/** A process that holds an embedded store for writing until it is killed. */
const holder = `
  import { DuckDBInstance } from '@duckdb/node-api';
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run("ATTACH '" + process.argv[1] + "' AS store");
  await connection.run('BEGIN');
  await connection.run('DELETE FROM store.tallies');
  console.log('held');
  // What nobody has a hold of is collected, and closes the store.
  setInterval(() => connection, 1000);
`;

function start(args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    if (child.exitCode === null) child.kill('SIGKILL');
  });
  return child;
}

function outputOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    child.once('close', (status) => (status === 0 ? resolve(text) : reject(new Error(`status ${status}: ${text}`))));
  });
}

async function makeStore(): Promise<string> {
  const path = join(temporaryFolder(), 'usage.duckdb');
  const store = await openTestStore({ kind: 'duckdb', path });
  await store.prepare();
  await storeLoads(store, [makeLoad()], createSiteZone('UTC'));
  return path;
}

test('ten readers without a pause and two importers share a store: all are served, nothing is lost', async () => {
  const path = await makeStore();
  const script = fileURLToPath(new URL('read-in-a-loop.js', import.meta.url));
  const readers = Array.from({ length: READERS }, () => start([script, path]));
  const answers = readers.map(outputOf);
  const waits: number[] = [];
  const importAll = async (importer: string): Promise<void> => {
    for (let number = 0; number < IMPORTS; number++) {
      const startedAt = performance.now();
      const line = `user=u${number} module=${importer}/1 path=/p host=h time=${1_731_283_200 + number}.000001`;
      const result = await runCommand('modtally', ['import', '--quiet', '--store', `duckdb:${path}`, '-'], {
        cwd: temporaryFolder(),
        input: `${line}\n`,
      });
      expect(result).toMatchObject({ status: 0, stderr: '' });
      waits.push(performance.now() - startedAt);
    }
  };
  await sleep(1000);
  await Promise.all([importAll('one'), importAll('two')]);
  for (const reader of readers) reader.kill('SIGTERM');
  const seen = (await Promise.all(answers)).map((text) => JSON.parse(text) as { answers: number; loads: number });

  const store = await openTestStore({ kind: 'duckdb', path });
  expect(await store.select({ by: [], measures: ['loads'], filter: {} })).toEqual([{ loads: 1 + 2 * IMPORTS }]);
  for (const { answers: count } of seen) expect(count).toBeGreaterThan(IMPORTS);
  // An importer that had to wait until the readers take a rest would wait for ever; here each comes to its turn.
  expect(Math.max(...waits)).toBeLessThan(30_000);
  expect(readdirSync(`${path}.queue`)).toEqual([]);
});

test('a holder that was killed blocks nobody, and what it had not committed is not there', async () => {
  const path = await makeStore();
  const child = start(['--input-type=module', '-e', holder, path]);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  const store = await openTestStore({ kind: 'duckdb', path });
  const count = store.count({});
  await sleep(300);
  child.kill('SIGKILL');
  expect(await count).toBe(1);
});

test('whoever waits for a holder too long is told who it is', async () => {
  const path = await makeStore();
  const child = start(['--input-type=module', '-e', holder, path]);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  const result = await runCommand('modtally', ['report', 'counts', '--store', `duckdb:${path}`], {
    cwd: temporaryFolder(),
    env: { MODTALLY_LEASE_SECONDS: '1' },
  });
  expect(result.status).toBe(1);
  expect(result.stderr).toMatch(new RegExp(`is held by process ${child.pid} .*waited 1 s`));
});

test('the ticket of a process that has died holds nobody up', async () => {
  const path = await makeStore();
  mkdirSync(`${path}.queue`, { recursive: true });
  writeFileSync(`${path}.queue/00000000000000000001-4194303-1`, '');
  // The number of a living process, but one that began at another time.
  writeFileSync(`${path}.queue/00000000000000000002-${process.pid}-1`, '');
  const store = await openTestStore({ kind: 'duckdb', path });
  expect(await store.count({})).toBe(1);
  expect(readdirSync(`${path}.queue`)).toEqual([]);
});
