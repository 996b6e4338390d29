import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, inject, onTestFinished, test } from 'vitest';
import { createSiteZone } from '../../src/core/site-zone.ts';
import { ClickhouseConnection } from '../../src/store/clickhouse/clickhouse-connection.ts';
import { isPassing, isUnknownPath } from '../../src/store/clickhouse/clickhouse-errors.ts';
import { Decisions } from '../../src/store/clickhouse/decisions.ts';
import type { Store } from '../../src/store/store.ts';
import type { ClickhouseTarget } from '../../src/store/store-target.ts';
import { clickhousePassword, clusterName } from '../support/clickhouse-cluster.ts';
import { makeLoad, storeLoads } from '../support/make-loads.ts';
import { freePort } from '../support/mariadb-server.ts';
import { newClickhouseTarget, openTestStore } from '../support/stores.ts';

/** What is said when a store is asked that is named with something wrong. */
async function failureOf(change: Partial<ClickhouseTarget>, ask: (store: Store) => Promise<unknown>): Promise<object> {
  const target = newClickhouseTarget(inject('clickhouse').ports, clusterName);
  const store = await openTestStore({ ...target, ...change });
  const failure = await ask(store).catch((error: unknown) => error);
  if (!(failure instanceof Error)) throw new Error('it did not fail');
  expect(failure.message).not.toContain(clickhousePassword);
  expect(failure.message).not.toMatch(/\n|e\.what|Stack trace/);
  return failure;
}

test('a wrong password is told as that', async () => {
  for (const change of [{ password: 'other' }, { user: 'nobody' }]) {
    expect(await failureOf(change, (store) => store.count({}))).toMatchObject({
      code: 'STORE_DENIED',
      hint: expect.stringContaining('password'),
    });
  }
});

test('a cluster that the servers do not know is told as that', async () => {
  expect(await failureOf({ cluster: 'other' }, (store) => store.prepare())).toMatchObject({
    code: 'STORE_MISSING',
    hint: expect.stringContaining('cluster'),
  });
});

test('a store that nobody has made is told as that', async () => {
  expect(await failureOf({}, (store) => store.count({}))).toMatchObject({
    code: 'STORE_MISSING',
    hint: expect.stringContaining('modtally init'),
  });
});

test('that nobody listens is told, with what to look at', async () => {
  const hosts = [{ host: '127.0.0.1', port: await freePort() }];
  expect(await failureOf({ hosts }, (store) => store.count({}))).toMatchObject({
    code: 'STORE_UNREACHABLE',
    hint: expect.stringContaining('8123'),
  });
});

test('a replica that goes while rows are made known is one that may come back; a path that is not there is an answer', () => {
  const gone = new Error(
    'Code: 244, e.displayText() = DB::Exception: Received from 127.0.0.1:9000. DB::Exception: Unexpected logical error while adding block 0 with ID 202411_1_2: No node, path /tables/1/replicas/node2/is_active.',
  );
  const unknown = new Error('Code: 999, e.displayText() = Coordination::Exception: No node, path: /tables/2');
  expect([gone, unknown].map((error) => [isPassing(error), isUnknownPath(error)])).toEqual([
    [true, false],
    [false, true],
  ]);
});

/** A port that takes no connection and refuses none, as that of a machine that is off. */
async function silentPort(): Promise<number> {
  const program =
    "const server = require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port))";
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [told] = await once(child.stdout, 'data');
  const port = Number(String(told));
  child.kill('SIGSTOP');
  // So many wait to be accepted that no other one may.
  const waiting = Array.from({ length: 8 }, () => connect(port, '127.0.0.1').on('error', () => {}));
  onTestFinished(() => {
    for (const socket of waiting) socket.destroy();
  });
  await once(waiting[0] ?? child, 'connect');
  return port;
}

async function preparedTarget(): Promise<{ target: ClickhouseTarget; store: Store }> {
  const target = newClickhouseTarget(inject('clickhouse').ports, clusterName);
  const store = await openTestStore(target);
  await store.prepare();
  return { target, store };
}

test('a server that is off and refuses nothing does not keep the others from answering', async () => {
  const { target } = await preparedTarget();
  const hosts = [{ host: '127.0.0.1', port: await silentPort() }, ...target.hosts];
  const store = await openTestStore({ ...target, hosts });
  expect(await store.count({})).toBe(0);
});

test('a cluster that has come to have other shards is told as that', async () => {
  const { target, store } = await preparedTarget();
  const connection = new ClickhouseConnection(target);
  onTestFinished(() => connection.close());
  await new Decisions(connection).decide(0, () => ({ shards: 3 }));
  await expect(store.count({})).rejects.toMatchObject({ message: expect.stringContaining('3 shards') });
  await new Decisions(connection).decide(0, () => ({ shards: 2 }));
});

test('a server that has come in the place of another gets the tables that it lacks', async () => {
  const { target, store } = await preparedTarget();
  await storeLoads(store, [makeLoad()], createSiteZone('UTC'));
  const [, last] = target.hosts;
  if (last === undefined) throw new RangeError('a cluster of one server');
  const ask = async (body: string): Promise<string> =>
    (await fetch(`http://${last.host}:${last.port}/`, { method: 'POST', body })).text();
  for (const table of ['modtally_usage', 'modtally_contents']) await ask(`DROP TABLE ${target.database}.${table}`);
  expect(await store.create()).toBe(false);
  const alone = await openTestStore({ ...target, hosts: [last] });
  await expect.poll(() => alone.count({}), { timeout: 30_000 }).toBe(1);
  expect((await alone.readHistory()).length).toBe(1);
});
