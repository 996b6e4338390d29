import type { FeedTotals } from './feed-totals.ts';
import type { Metric } from './format-metrics.ts';
import { transports } from './intake.ts';
import type { Listener } from './listener.ts';

/** What Prometheus is told of a listener. */
export function listenMetrics(listener: Listener): Metric[] {
  const { intake, connections, totals } = listener;
  const { journal } = intake;
  const ofTransport = Object.fromEntries(transports.map((name) => [name, 0]));
  for (const { transport } of connections) ofTransport[transport] = (ofTransport[transport] ?? 0) + 1;
  delete ofTransport['udp'];
  const name = (of: string): string => `modtally_listen_${of}`;
  return [
    {
      name: name('received_total'),
      help: 'Messages that were taken into the journal.',
      type: 'counter',
      value: { label: 'transport', of: intake.received },
    },
    {
      name: name('dropped_total'),
      help: 'Messages and connections that were not taken.',
      type: 'counter',
      value: { label: 'reason', of: intake.dropped },
    },
    {
      name: name('resent_total'),
      help: 'Messages that were sent again over RELP, and were in the journal.',
      type: 'counter',
      value: intake.resent,
    },
    {
      name: name('journal_messages'),
      help: 'Messages in the journal that are not known to be in the store.',
      type: 'gauge',
      value: journal.waiting,
    },
    { name: name('journal_bytes'), help: 'Size of the journal on the disk.', type: 'gauge', value: journal.bytes },
    {
      name: name('journal_blocked'),
      help: '1 while the journal cannot be written, so that senders have to wait.',
      type: 'gauge',
      value: journal.trouble === null ? 0 : 1,
    },
    {
      name: name('lag_seconds'),
      help: 'Age of the oldest message that is not in the store.',
      type: 'gauge',
      value: journal.lagMs(Date.now()) / 1000,
    },
    {
      name: name('connections'),
      help: 'Open connections.',
      type: 'gauge',
      value: { label: 'transport', of: ofTransport },
    },
    ...feedMetrics('modtally_listen', totals),
  ];
}

/** What Prometheus is told of the way into the store. */
export function feedMetrics(prefix: string, totals: FeedTotals): Metric[] {
  const counter = (name: string, help: string, value: Metric['value']): Metric => {
    return { name: `${prefix}_${name}`, help, type: 'counter', value };
  };
  return [
    counter('stored_total', 'Loads that were stored.', totals.stored),
    counter('ignored_total', 'Loads that the ignore list leaves out.', totals.ignored),
    counter('skipped_total', 'Lines that are no loads.', { label: 'reason', of: totals.skipped }),
    counter('rejected_total', 'Lines that are broken.', { label: 'reason', of: totals.rejected }),
    counter('already_total', 'Lines that were in the store already.', totals.already),
    counter('feeds_total', 'Times that the store was fed.', {
      label: 'result',
      of: { stored: totals.feeds, failed: totals.failures },
    }),
    counter('lease_wait_seconds_total', 'Time that was waited for others at the store.', totals.waitedMs / 1000),
    counter('lease_timeouts_total', 'Times that others held the store for too long.', totals.busy),
    {
      name: `${prefix}_last_feed_timestamp_seconds`,
      help: 'When the store was last fed; 0 before the first time.',
      type: 'gauge',
      value: (totals.lastFeedAt ?? 0) / 1000,
    },
  ];
}

/** What `/healthz` says of a listener. */
export function listenHealth(listener: Listener): { readonly ok: boolean } & Record<string, unknown> {
  const { intake, totals } = listener;
  const { journal } = intake;
  const received = Object.values(intake.received).reduce((sum, n) => sum + n, 0);
  return {
    ok: journal.trouble === null && totals.lastError === null,
    received,
    stored: totals.stored,
    waiting: journal.waiting,
    waiting_bytes: journal.bytes,
    lag_seconds: journal.lagMs(Date.now()) / 1000,
    last_feed: totals.lastFeedAt === null ? null : new Date(totals.lastFeedAt).toISOString(),
    last_error: journal.trouble ?? totals.lastError,
  };
}
