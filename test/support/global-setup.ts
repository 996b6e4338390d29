import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startCluster } from './clickhouse-cluster.ts';
import { installMariadb, startMariadb } from './mariadb-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    mariadb: { port: number; socket: string; template: string };
    clickhouse: { ports: number[] };
  }
}

/** Starts the MariaDB and the ClickHouse cluster that most tests share, each in databases of its own; ends them when all are done. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'modtally-template-'));
  const template = join(folder, 'data');
  installMariadb(template);
  const [server, cluster] = await Promise.all([startMariadb(template), startCluster()]);
  project.provide('clickhouse', { ports: cluster.nodes.map(({ port }) => port) });
  project.provide('mariadb', { port: server.port, socket: server.socket, template });
  return async () => {
    await Promise.all([server.stop(), cluster.stop()]);
    rmSync(folder, { recursive: true, force: true });
  };
}
