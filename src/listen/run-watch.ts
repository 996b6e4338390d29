import type { WatchSettings } from '../app/live-settings.ts';
import type { FeedRequest } from '../app/run-feed.ts';
import type { Metric } from './format-metrics.ts';
import { feedMetrics } from './listen-metrics.ts';
import { LogWatcher } from './log-watcher.ts';
import { serveMetrics } from './metrics-server.ts';
import { untilSignal } from './run-listen.ts';
import { ServiceManager } from './service-manager.ts';

export interface WatchRequest {
  readonly settings: WatchSettings;
  readonly feed: FeedRequest['settings'];
  /** Says what an operator should know. */
  readonly say: (message: string) => void;
  readonly warn: (message: string) => void;
}

/**
 * Follows logs until a signal ends it.
 * @throws AppError
 */
export async function runWatch({ settings, feed, say, warn }: WatchRequest): Promise<void> {
  const { files, everyMs, keepsAll } = settings;
  const manager = new ServiceManager(warn);
  const stopped = untilSignal(['SIGTERM', 'SIGINT']);
  const mode = keepsAll ? 'all' : 'tally';
  const watcher = new LogWatcher({ files, everyMs, feed: { settings: feed, mode }, say: warn });
  const metrics =
    settings.metrics === null
      ? null
      : await serveMetrics(
          settings.metrics,
          () => watchMetrics(watcher),
          () => watchHealth(watcher),
        );
  if (metrics !== null) say(`metrics at ${metrics.url}`);
  for (const signal of ['SIGUSR2', 'SIGHUP'] as const) process.on(signal, () => void watcher.look());
  await manager.ready(`watching ${files.join(', ')}`);
  say('ready');
  await Promise.race([stopped, watcher.look()]);
  await stopped;
  metrics?.close();
  await manager.stopping();
  await watcher.stop();
}

function watchMetrics(watcher: LogWatcher): Metric[] {
  const now = Date.now();
  return [
    { name: 'modtally_watch_files', help: 'Logs and their rotated siblings.', type: 'gauge', value: watcher.files },
    {
      name: 'modtally_watch_lag_seconds',
      help: 'How long there has been something that is not in the store.',
      type: 'gauge',
      value: watcher.lagMs(now) / 1000,
    },
    ...feedMetrics('modtally_watch', watcher.totals),
  ];
}

function watchHealth(watcher: LogWatcher): { readonly ok: boolean } & Record<string, unknown> {
  const { totals } = watcher;
  return {
    ok: totals.lastError === null,
    files: watcher.files,
    stored: totals.stored,
    lag_seconds: watcher.lagMs(Date.now()) / 1000,
    last_feed: totals.lastFeedAt === null ? null : new Date(totals.lastFeedAt).toISOString(),
    last_error: totals.lastError,
  };
}
