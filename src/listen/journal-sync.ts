import { close, fdatasync } from 'node:fs';
import { promisify } from 'node:util';

const forceToDisk = promisify(fdatasync);
const closeFile = promisify(close);

/** Who waits for messages to be on the disk. */
export interface SyncWatcher {
  /** `synced` has grown. */
  onSynced(): void;
  /** The disk has failed: what was written since `synced` may be lost in a power cut. */
  onFailed(cause: unknown): void;
}

/**
 * Forces the journal to the disk: one call at a time, for all that was written before it. Messages are counted, so
 * that whoever waits knows which are safe.
 */
export class JournalSync {
  /** Messages that were written, and those of them that are on the disk. */
  written = 0;
  synced = 0;
  readonly #watchers = new Set<SyncWatcher>();
  readonly #everyMs: () => number;
  /** Files that were written to, the last of which still is. */
  #files: number[] = [];
  #retired: number[] = [];
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  #isUrgent = false;

  /** @param everyMs the longest time from a write to the disk */
  constructor(everyMs: () => number) {
    this.#everyMs = everyMs;
  }

  /** @returns ends the watching */
  watch(watcher: SyncWatcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** What is written from here on goes to this file. */
  use(fd: number): void {
    this.#files.push(fd);
  }

  /** Closes a file once everything in it is on the disk. */
  retire(fd: number): void {
    this.#retired.push(fd);
    this.#start();
  }

  wrote(messages: number): void {
    this.written += messages;
    if (this.#isUrgent || this.#everyMs() === 0) this.#start();
    else this.#timer ??= setTimeout(() => this.#start(), this.#everyMs());
  }

  /** Somebody waits for what has been written, or is about to be. */
  hurry(): void {
    this.#isUrgent = true;
    if (this.written > this.synced) this.#start();
  }

  /** Resolves when everything that was written is on the disk. */
  async finish(): Promise<void> {
    this.#start();
    while (this.#running !== null) await this.#running;
  }

  #start(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#running !== null) return;
    if (this.written === this.synced && this.#retired.length === 0) return;
    this.#running = this.#run().finally(() => {
      this.#running = null;
      if (this.written > this.synced && (this.#isUrgent || this.#everyMs() === 0)) this.#start();
      else if (this.#retired.length > 0) this.#start();
      else if (this.written > this.synced) this.#timer ??= setTimeout(() => this.#start(), this.#everyMs());
    });
  }

  async #run(): Promise<void> {
    const { written } = this;
    const retired = this.#retired.splice(0);
    this.#isUrgent = false;
    try {
      for (const fd of this.#files) await forceToDisk(fd);
    } catch (cause) {
      for (const { onFailed } of [...this.#watchers]) onFailed(cause);
    } finally {
      this.#files = this.#files.filter((fd) => !retired.includes(fd));
      for (const fd of retired) await closeFile(fd).catch(() => {});
    }
    this.synced = written;
    for (const { onSynced } of [...this.#watchers]) onSynced();
  }
}
