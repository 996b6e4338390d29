import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, inject, test } from 'vitest';
import type { LedgerChange, LedgerEntry } from '../../src/core/ledger.ts';
import { createSiteZone } from '../../src/core/site-zone.ts';
import type { Store } from '../../src/store/store.ts';
import type { ClickhouseTarget } from '../../src/store/store-target.ts';
import { clusterName } from '../support/clickhouse-cluster.ts';
import { makeLoad, storeLoads } from '../support/make-loads.ts';
import { newClickhouseTarget, openTestStore } from '../support/stores.ts';
import { waitUntil } from '../support/wait-until.ts';

const utc = createSiteZone('UTC');
const CONTENTS = 300;

/** A statement on one server, and the answer as it comes. */
async function tell(port: number, sql: string): Promise<string> {
  // Three of four servers are what a store writes with.
  const answer = await fetch(`http://127.0.0.1:${port}/?insert_quorum=3`, { method: 'POST', body: sql });
  const body = await answer.text();
  if (!answer.ok) throw new Error(body);
  return body;
}

/** Every content as an import may find it: grown, at another place. */
function changesOf(version: number, ids: boolean): LedgerChange[] {
  return Array.from({ length: CONTENTS }, (_, at) => ({
    id: ids ? at + 1 : null,
    firstLine: at,
    name: `log${at}`,
    stamp: `${version}`,
    tailWaits: false,
    print: {
      length: version * 1000,
      lines: version,
      digest: String(version).padStart(16, '0'),
      headLines: Uint32Array.of(at, version),
      blocks: Uint32Array.of(version),
    },
  }));
}

/** Rows as a year of imports would leave them: those of a state again and again. */
async function addPast({ hosts, database }: ClickhouseTarget, version: number): Promise<void> {
  const table = `${database}.modtally_contents`;
  const columns =
    'batch, decided, id, revision, first_line, length, lines, digest, head_lines, blocks, name, stamp, tail_waits';
  await tell(
    hosts[0]?.port ?? 0,
    `INSERT INTO ${table} SELECT ${columns} FROM (
       SELECT *, arrayJoin(range(70)) AS again FROM ${table} WHERE stamp = '${version}')`,
  );
}

async function storeVersion(store: Store, version: number): Promise<void> {
  const { revision } = await store.readLedger();
  await storeLoads(store, [], utc, 'tally', changesOf(version, version > 1), revision);
}

const sorted = (entries: readonly LedgerEntry[]): LedgerEntry[] => [...entries].sort((one, other) => one.id - other.id);

async function expectVersion(store: Store, version: number): Promise<void> {
  const { entries } = await store.readLedger();
  expect(sorted(entries)).toEqual(
    changesOf(version, true).map(({ print, id, ...entry }) => ({
      id,
      ...entry,
      length: print?.length,
      lines: print?.lines,
    })),
  );
  const prints = await store.readPrints([1, CONTENTS]);
  const [first] = changesOf(version, true);
  expect(prints.size).toBe(2);
  expect(prints.get(1)).toEqual(first?.print);
}

/** Imports until few rows of the ledger are left on every server. */
async function importUntilSwept(store: Store, { hosts, database }: ClickhouseTarget): Promise<void> {
  await waitUntil(async () => {
    await storeLoads(store, [makeLoad()], utc);
    const rows = await Promise.all(
      hosts.map(async ({ port }) => Number(await tell(port, `SELECT count() FROM ${database}.modtally_contents`))),
    );
    return rows.every((count) => count >= CONTENTS && count < CONTENTS + 20);
  }, 'what is past has gone from the ledger');
}

test('what is past goes from the ledger, as often as it has grown, and what it tells stays the same', async () => {
  const target = newClickhouseTarget(inject('clickhouse').ports, clusterName);
  const store = await openTestStore(target);
  await store.prepare();
  for (const version of [1, 3]) {
    await storeVersion(store, version);
    const known = await store.readLedger();
    await storeVersion(store, version + 1);
    await addPast(target, version);
    await expectVersion(store, version + 1);
    await importUntilSwept(store, target);
    await expectVersion(store, version + 1);
    // Who has read the ledger before that last change is turned down, as ever.
    const late = changesOf(9, true).slice(0, 1);
    expect(await storeLoads(store, [makeLoad()], utc, 'tally', late, known.revision)).toBe('conflict');
  }
  const history = await store.readHistory();
  expect(history.length).toBe((await store.readLedger()).revision);
});

test.each([
  ['before the newest are copied', true],
  ['before the copy counts', false],
])('who is killed %s has changed nothing, and the next one does it', async (_, isBefore) => {
  const target = newClickhouseTarget(inject('clickhouse').ports, clusterName);
  const store = await openTestStore(target);
  await store.prepare();
  await storeVersion(store, 1);
  await storeVersion(store, 2);
  await addPast(target, 1);
  const script = fileURLToPath(new URL('killed-while-removing.js', import.meta.url));
  const pattern = 'INSERT INTO \\S*modtally_contents\\S*\\s+SELECT';
  const given = JSON.stringify({ target, filter: {}, pattern, isBefore });
  const child = spawn(process.execPath, [script, given], { stdio: ['ignore', 'inherit', 'inherit'] });
  expect(await new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)))).toBe('SIGKILL');
  await expectVersion(store, 2);
  await importUntilSwept(store, target);
  await expectVersion(store, 2);
});
