import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { createPersonNames } from '../app/person-names.ts';
import { ReportDesk } from '../app/report-desk.ts';
import { readSecretKey } from '../app/secret-key.ts';
import type { ServeSettings } from '../app/serve-settings.ts';
import type { Settings, SettingsRequest } from '../app/settings.ts';
import { AppError, describeCause } from '../core/app-error.ts';
import { Access } from './access.ts';
import { Counters } from './counters.ts';
import { Desk } from './desk.ts';
import { createJobDoer } from './do-jobs.ts';
import { JobPool } from './job-pool.ts';
import { pages } from './pages.ts';
import { Provider } from './provider.ts';
import { createServer } from './server.ts';

/** Between looks whether all is answered. */
const CLOSE_MS = 50;
/** So long what was asked may take until the server ends: before a service manager loses its patience. */
const LAST_ANSWERS_MS = 30_000;

/** A server that answers. */
export interface RunningServer {
  /** Where it can be reached on this machine. */
  readonly url: string;
  /** Answers what was asked, and nothing more; what takes longer than half a minute is cut off. */
  close(): Promise<void>;
}

export interface ServerRequest {
  readonly settings: Settings;
  /** By what other processes read the same settings, which then do the work; null: this process does it itself. */
  readonly settingsRequest: SettingsRequest | null;
  readonly serve: ServeSettings;
  /** Where its log goes; null for nowhere. */
  readonly log: NodeJS.WritableStream | null;
}

/**
 * Starts the dashboard and the HTTP API.
 * @throws AppError SOCKET where it cannot listen, KEY_FILE, BAD_SETTING
 */
export async function runServer({ settings, settingsRequest, serve, log }: ServerRequest): Promise<RunningServer> {
  const key = readSecretKey(join(serve.folder, 'server.key'));
  const names = createPersonNames(key, settings.store);
  const { folder, leastUsers, url } = serve;
  const reports = new ReportDesk(settings, { names, leastUsers });
  const site = { zone: settings.zone, settings: { url } };
  const desk = new Desk(
    reports,
    settingsRequest === null
      ? createJobDoer(reports, site)
      : new JobPool({ settings: settingsRequest, folder, leastUsers, url: url?.href ?? null }),
  );
  const house = {
    desk,
    access: new Access(serve),
    settings: serve,
    provider: createProvider(serve),
    zone: settings.zone,
    counters: new Counters(),
    run: randomUUID(),
  };
  const app = createServer({ house, log });
  const { host, port } = serve;
  try {
    const listening = await app.listen({ host, port });
    if (settingsRequest !== null) desk.keepWarm(pagesToBegin(serve));
    return {
      url: listening,
      async close() {
        const closed = app.close();
        // A connection on which nobody asks any more would keep the server for as long as its client likes.
        const deadline = performance.now() + LAST_ANSWERS_MS;
        const timer = setInterval(() => {
          if (house.counters.open === 0 || performance.now() > deadline) app.server.closeAllConnections();
        }, CLOSE_MS);
        await closed;
        clearInterval(timer);
        await desk.close();
      },
    };
  } catch (cause) {
    await desk.close();
    throw new AppError('SOCKET', `cannot listen on ${host}:${port}: ${describeCause(cause)}`, {
      hint: 'Name another place with --listen HOST:PORT.',
      cause,
    });
  }
}

/** What people open first. */
function pagesToBegin({ isPublic }: ServeSettings): Parameters<Desk['keepWarm']>[0] {
  const begin = { path: '/', query: {} };
  return [
    ...pages
      .filter(({ query }) => !Object.hasOwn(query ?? {}, 'name'))
      .map(({ path }) => ({ role: 'staff' as const, path, query: {} })),
    { ...begin, role: 'analyst' },
    ...(isPublic ? [{ ...begin, role: 'public' as const }] : []),
  ];
}

function createProvider({ provider, url }: ServeSettings): Provider | null {
  if (provider === null || url === null) return null;
  return new Provider(provider, `${url.href.replace(/\/$/, '')}/login/return`);
}
