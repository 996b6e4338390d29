import { expect, inject, test } from 'vitest';
import type { Store } from '../../src/store/store.ts';
import type { ClickhouseTarget } from '../../src/store/store-target.ts';
import { clickhousePassword, clusterName } from '../support/clickhouse-cluster.ts';
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
