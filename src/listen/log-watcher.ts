import { type FileHandle, open } from 'node:fs/promises';
import { type FeedRequest, type LogPart, runFeed } from '../app/run-feed.ts';
import { AppError, describeCause } from '../core/app-error.ts';
import { FeedTotals } from './feed-totals.ts';
import { findRotated, type SeenFile, seeFile } from './rotated-logs.ts';
import { Troubles } from './troubles.ts';

export interface LogWatcherOptions {
  readonly files: readonly string[];
  readonly everyMs: number;
  readonly feed: Pick<FeedRequest, 'settings' | 'mode'>;
  /** Says what an operator should know, a sentence at a time. */
  readonly say: (message: string) => void;
}

/** A file that a log was until it was rotated: it is kept open, since its writer may not have noticed yet. */
interface Leaving {
  readonly log: string;
  readonly handle: FileHandle;
  readonly id: string;
  sinceMs: number;
  stamp: string;
}

interface Candidate extends LogPart {
  readonly name: string;
  readonly id: string;
  readonly stamp: string;
  readonly writtenAt: number;
}

/** A rotated file that nobody has written to for so long is let go of. */
const LEAVING_MS = 60_000;
/** Looking takes no more than one part in so many of a processor's time. */
const SHARE = 20;
const LONGEST_PAUSE = 300_000;
/** When an incomplete last line counts as a line, and a bit; see readSource. */
const STALE_MS = 86_460_000;

/**
 * Follows logs through rotation. At each look, files that have changed are imported by the ledger, which knows what of
 * them is in the store: nothing has to be remembered from one run to the next.
 */
export class LogWatcher {
  readonly totals: FeedTotals = new FeedTotals();
  readonly #options: LogWatcherOptions;
  readonly #troubles: Troubles;
  /** By name: the state that is in the store, and when to look again although it has not changed. */
  #done = new Map<string, { readonly stamp: string; readonly againAt: number }>();
  readonly #open = new Map<string, { readonly handle: FileHandle; readonly id: string }>();
  #leaving: Leaving[] = [];
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  #failures = 0;
  #behindSince: number | null = null;
  #isStopped = false;

  constructor(options: LogWatcherOptions) {
    this.#options = options;
    this.#troubles = new Troubles(options.say);
  }

  /** Files that are followed or were rotated and lie beside them. */
  files = 0;

  /** How long there has been something that is not in the store, in milliseconds. */
  lagMs(now: number): number {
    return this.#behindSince === null ? 0 : Math.max(0, now - this.#behindSince);
  }

  /** Looks once, and from then on at intervals. A look that is running is joined. */
  look(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#running ??= this.#look().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Looks a last time. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
    await this.look();
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const { handle } of [...this.#open.values(), ...this.#leaving]) await handle.close();
    this.#troubles.close();
  }

  async #look(): Promise<void> {
    const usedBefore = process.cpuUsage();
    try {
      await this.#takeIn(await this.#findChanged());
      this.#failures = 0;
    } catch (error) {
      this.#failures++;
      const known = error instanceof AppError;
      this.totals.fail(known ? error.code : '', describeCause(error));
      const hint = known && error.hint !== '' ? `. ${error.hint}` : '';
      this.#troubles.tell('feed', `not stored yet: ${describeCause(error)}${hint}`);
    }
    if (this.#isStopped) return;
    const { user, system } = process.cpuUsage(usedBefore);
    const pauseMs = Math.max(this.#options.everyMs, ((user + system) / 1000) * SHARE);
    const waitMs = Math.max(pauseMs, Math.min(LONGEST_PAUSE, pauseMs * 2 ** Math.min(this.#failures, 10)));
    this.#timer = setTimeout(() => void this.look(), this.#failures > 0 ? waitMs : pauseMs);
  }

  /** Imports what has changed. What cannot be read is tried again when it has changed once more, or later. */
  async #takeIn(changed: readonly Candidate[]): Promise<void> {
    if (changed.length === 0) {
      this.#behindSince = null;
      return;
    }
    this.#behindSince ??= Math.min(...changed.map(({ writtenAt }) => writtenAt));
    const parts = changed.map(({ path, name }) => ({ path, name }));
    const report = await runFeed({ ...this.#options.feed, parts, waitMs: null });
    this.totals.add(report);
    const now = Date.now();
    for (const { name, stamp, writtenAt } of changed) {
      const failure = report.failures.find((one) => one.name === name);
      // A file that is being compressed breaks off; the next look finds it whole.
      const isRepeated = failure !== undefined && this.#done.has(name);
      if (isRepeated) this.#troubles.tell(name, failure.message);
      const tailWaits = report.waiting.includes(name);
      const againAt = failure !== undefined ? now + this.#options.everyMs : tailWaits ? writtenAt + STALE_MS : Infinity;
      this.#done.set(name, { stamp, againAt: againAt > now ? againAt : now + STALE_MS });
    }
    if (report.failures.length === 0) this.#behindSince = null;
  }

  /** What is not known to be in the store as it is. */
  async #findChanged(): Promise<Candidate[]> {
    const candidates: Candidate[] = [];
    for (const log of this.#options.files) {
      await this.#keepOpen(log).catch((error: unknown) => this.#troubles.tell(log, describeCause(error)));
      const beside = await findRotated(log);
      if (beside.length === 0) this.#troubles.tell(log, `${log} is not there yet`);
      candidates.push(...beside.map((file) => ({ ...file, name: file.path })));
    }
    const there = new Set(candidates.map(({ id }) => id));
    for (const leaving of [...this.#leaving]) {
      const file = await this.#reach(leaving, there);
      if (file !== null) candidates.push({ ...file, name: `${leaving.log} (rotated)#${leaving.id}` });
    }
    this.files = candidates.length;
    const names = new Set(candidates.map(({ name }) => name));
    this.#done = new Map([...this.#done].filter(([name]) => names.has(name)));
    const now = Date.now();
    const isNew = new Set<string>();
    return candidates.filter(({ name, stamp }) => {
      const done = this.#done.get(name);
      if (isNew.has(name) || (done?.stamp === stamp && now < done.againAt)) return false;
      isNew.add(name);
      return true;
    });
  }

  /** Keeps a log's file open, so that what is written to it after its rotation is not missed. */
  async #keepOpen(log: string): Promise<void> {
    const file = await seeFile(log);
    const before = this.#open.get(log);
    if (file === null || file.id === before?.id) return;
    const handle = await open(log, 'r');
    if (before !== undefined) {
      this.#leaving.push({ ...before, log, sinceMs: performance.now(), stamp: '' });
    }
    this.#open.set(log, { handle, id: file.id });
  }

  /** A rotated file, where it can be reached by no name; it is let go of when it has not changed for a while. */
  async #reach(leaving: Leaving, there: ReadonlySet<string>): Promise<SeenFile | null> {
    const file = await seeFile(`/proc/${process.pid}/fd/${leaving.handle.fd}`);
    if (file !== null && file.stamp !== leaving.stamp) {
      leaving.stamp = file.stamp;
      leaving.sinceMs = performance.now();
    }
    const isOver = this.#failures === 0 && performance.now() - leaving.sinceMs > LEAVING_MS;
    if (file === null || isOver) {
      this.#leaving = this.#leaving.filter((one) => one !== leaving);
      await leaving.handle.close();
      return null;
    }
    return there.has(file.id) ? null : file;
  }
}
