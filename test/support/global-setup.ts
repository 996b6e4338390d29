import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { installMariadb, startMariadb } from './mariadb-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    mariadb: { port: number; socket: string; template: string };
  }
}

/** Starts the one MariaDB that most tests share, each in databases of its own; ends it when all are done. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'modtally-template-'));
  const template = join(folder, 'data');
  installMariadb(template);
  const server = await startMariadb(template);
  project.provide('mariadb', { port: server.port, socket: server.socket, template });
  return async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
