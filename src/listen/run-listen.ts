import type { ListenSettings } from '../app/live-settings.ts';
import type { FeedRequest } from '../app/run-feed.ts';
import { describeCause } from '../core/app-error.ts';
import { listenHealth, listenMetrics } from './listen-metrics.ts';
import { Listener } from './listener.ts';
import { serveMetrics } from './metrics-server.ts';
import { ServiceManager } from './service-manager.ts';

export interface ListenRequest {
  /** Reads the settings, at the start and whenever they are to be read anew. */
  readonly readSettings: () => ListenSettings;
  readonly feed: FeedRequest['settings'];
  /** Says what an operator should know. */
  readonly say: (message: string) => void;
  readonly warn: (message: string) => void;
}

/**
 * Receives until a signal ends it.
 * @throws AppError
 */
export async function runListen({ readSettings, feed, say, warn }: ListenRequest): Promise<void> {
  const settings = readSettings();
  const manager = new ServiceManager(warn);
  const mode = settings.keepsAll ? 'all' : 'tally';
  const listener = await Listener.start({ settings, feed: { settings: feed, mode }, say: warn });
  try {
    const metrics =
      settings.metrics === null
        ? null
        : await serveMetrics(
            settings.metrics,
            () => listenMetrics(listener),
            () => listenHealth(listener),
          );
    for (const place of listener.places) say(`listening on ${place}`);
    if (metrics !== null) say(`metrics at ${metrics.url}`);
    const stopped = untilSignal(['SIGTERM', 'SIGINT']);
    process.on('SIGUSR2', () => void listener.feed());
    process.on('SIGHUP', () => {
      try {
        listener.reload(readSettings());
        say('settings were read anew');
      } catch (error) {
        warn(`settings stay as they were: ${describeCause(error)}`);
      }
    });
    await manager.ready(`listening on ${listener.places.join(', ')}`);
    say('ready');
    await stopped;
    metrics?.close();
    await manager.stopping();
  } finally {
    await listener.stop();
  }
}

/** Resolves at the first of some signals. */
export function untilSignal(signals: readonly NodeJS.Signals[]): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of signals) process.on(signal, () => resolve());
  });
}
