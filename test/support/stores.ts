import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { inject, onTestFinished } from 'vitest';
import { createSiteZone, type SiteZone } from '../../src/core/site-zone.ts';
import type { MysqlTarget } from '../../src/mysql/mysql-target.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import type { ClickhouseTarget, StoreTarget } from '../../src/store/store-target.ts';
import type { SummaryRule } from '../../src/store/summary-rule.ts';
import { clickhousePassword, clickhouseUser, clusterName } from './clickhouse-cluster.ts';
import { mariadbPassword, mariadbUser } from './mariadb-server.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** The kinds of store that tests of commands are run on. */
export const storeKinds = ['duckdb', 'mysql'] as const;
export type StoreKind = (typeof storeKinds)[number];

/** All kinds of store, which tests of stores and reports are run on. */
export const allStoreKinds = ['duckdb', 'mysql', 'clickhouse'] as const;
export type AnyStoreKind = (typeof allStoreKinds)[number];

/** How many random cases to try on a kind of store, where others try so many: a cluster takes its time. */
export function runsOn(kind: AnyStoreKind, runs: number): number {
  return kind === 'clickhouse' ? Math.ceil(runs / 5) : runs;
}

/** Summaries of every month after every import, however few rows there are. */
export const eagerSummaries: SummaryRule = { leastRows: 0, pauseMs: 0 };

let databases = 0;

/** A store of a kind that does not exist yet, for one test. */
export function newTarget(kind: AnyStoreKind): StoreTarget {
  switch (kind) {
    case 'duckdb':
      return { kind, path: join(temporaryFolder(), 'usage.duckdb') };
    case 'mysql':
      return newDatabase();
    case 'clickhouse':
      return newClickhouseTarget(inject('clickhouse').ports, clusterName);
  }
}

/**
 * A database of its own on a ClickHouse cluster, or on one server; it is dropped after the test.
 * @param ports of HTTP, on loopback
 */
export function newClickhouseTarget(ports: readonly number[], cluster: string | null): ClickhouseTarget {
  const target: ClickhouseTarget = {
    kind: 'clickhouse',
    hosts: ports.map((port) => ({ host: '127.0.0.1', port })),
    isSecure: false,
    user: clickhouseUser,
    password: clickhousePassword,
    database: `t${process.pid}_${Date.now().toString(36)}_${databases++}`,
    cluster,
  };
  onTestFinished(async () => {
    const store = await openStore(target, { waitMs: 20_000, zone: createSiteZone('UTC') });
    await store.drop();
    await store.close();
  });
  return target;
}

/** A database of its own on the server that tests share; it is dropped after the test. */
export function newDatabase(): MysqlTarget {
  const { port, socket } = inject('mariadb');
  const database = `t${process.pid}_${Date.now().toString(36)}_${databases++}`;
  onTestFinished(async () => {
    const connection = await createConnection({ socketPath: socket, user: 'root' });
    await connection.query(`DROP DATABASE IF EXISTS ${database}`);
    await connection.end();
  });
  return {
    kind: 'mysql',
    host: '127.0.0.1',
    port,
    socket: null,
    user: mariadbUser,
    password: mariadbPassword,
    database,
  };
}

/** Opens a store for one test. */
export async function openTestStore(
  target: StoreTarget,
  zone: SiteZone = createSiteZone('UTC'),
  summaries?: SummaryRule,
): Promise<Store> {
  const store = await openStore(target, { waitMs: 20_000, zone, ...(summaries === undefined ? {} : { summaries }) });
  onTestFinished(() => store.close());
  return store;
}

/** The URL of a target, and the environment in which a command finds its password. */
export function urlOf(target: StoreTarget): { url: string; env: Record<string, string> } {
  if (target.kind === 'duckdb') return { url: `duckdb:${target.path}`, env: {} };
  if (target.kind === 'clickhouse') {
    const { user, hosts, database, cluster, password } = target;
    const places = hosts.map(({ host, port }) => `${host}:${port}`).join(',');
    const url = `clickhouse://${user}@${places}/${database}${cluster === null ? '' : `?cluster=${cluster}`}`;
    return { url, env: { MODTALLY_PASSWORD: password } };
  }
  const { user, host, port, database, password } = target;
  return { url: `mysql://${user}@${host}:${port}/${database}`, env: { MODTALLY_PASSWORD: password } };
}
