import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { readServeSettings, type ServeSettings } from '../../src/app/serve-settings.ts';
import { readSettings } from '../../src/app/settings.ts';
import { addToken } from '../../src/app/token-file.ts';
import { roles } from '../../src/core/role.ts';
import type { StoreTarget } from '../../src/store/store-target.ts';
import { runServer } from '../../src/web/run-server.ts';
import { urlOf } from './stores.ts';

export interface Dashboard {
  readonly url: string;
  /** Where tokens and the audit log are. */
  readonly folder: string;
  /** A token of each role. */
  readonly tokens: Readonly<Record<(typeof roles)[number], string>>;
  /** What its log has so far. */
  readonly log: readonly string[];
  /** Asks it, as a role or as nobody. */
  get(path: string, as?: (typeof roles)[number] | 'nobody', headers?: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
}

/** A dashboard on a free port of loopback. Whoever opens it closes it. */
export async function openDashboard(target: StoreTarget, change: Partial<ServeSettings> = {}): Promise<Dashboard> {
  const folder = mkdtempSync(join(tmpdir(), 'modtally-serve-'));
  const { url, env } = urlOf(target);
  const before = { ...process.env };
  Object.assign(process.env, env);
  const settings = readSettings({ flags: { store: url, tz: 'UTC' } });
  process.env = before;
  const serve = {
    ...readServeSettings({ flags: { listen: '127.0.0.1:0', folder }, configFile: undefined }),
    ...change,
  };
  const log: string[] = [];
  const tokens = Object.fromEntries(
    roles.map((role) => [role, addToken(folder, { name: `one of ${role}`, role, expires: null }).token]),
  ) as Dashboard['tokens'];
  const server = await runServer({
    settings,
    settingsRequest: null,
    serve,
    log: { write: (line: string) => log.push(line) } as never,
  });
  return {
    url: server.url,
    folder,
    tokens,
    log,
    get: (path, as = 'nobody', headers = {}) =>
      fetch(server.url + path, {
        redirect: 'manual',
        headers: { ...(as === 'nobody' ? {} : { authorization: `Bearer ${tokens[as]}` }), ...headers },
      }),
    async close() {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A dashboard that goes with the test. */
export async function newDashboard(target: StoreTarget, change?: Partial<ServeSettings>): Promise<Dashboard> {
  const dashboard = await openDashboard(target, change);
  onTestFinished(() => dashboard.close());
  return dashboard;
}
