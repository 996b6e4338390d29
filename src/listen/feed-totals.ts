import type { FeedReport } from '../app/run-feed.ts';

/** What has come of all feeds since the start. */
export class FeedTotals {
  stored = 0;
  ignored = 0;
  /** Lines that were in the store already: a feed that was interrupted is made anew. */
  already = 0;
  readonly skipped: Record<string, number> = {};
  readonly rejected: Record<string, number> = {};
  feeds = 0;
  failures = 0;
  /** How often the store was held by others for too long. */
  busy = 0;
  waitedMs = 0;
  /** Milliseconds since 1970; null before the first. */
  lastFeedAt: number | null = null;
  /** Why the latest feed has failed; null where it has not. */
  lastError: string | null = null;

  add({ loads, ignored, already, skipped, rejected, waitedMs, failures }: FeedReport): void {
    this.stored += loads;
    this.ignored += ignored;
    this.already += already;
    this.waitedMs += waitedMs;
    addAll(this.skipped, skipped);
    addAll(this.rejected, rejected);
    this.feeds++;
    this.lastFeedAt = Date.now();
    this.lastError = failures[0]?.message ?? null;
  }

  fail(code: string, message: string): void {
    this.failures++;
    if (code === 'STORE_BUSY') this.busy++;
    this.lastError = message;
  }
}

function addAll(sums: Record<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [reason, count] of Object.entries(counts)) sums[reason] = (sums[reason] ?? 0) + count;
}
