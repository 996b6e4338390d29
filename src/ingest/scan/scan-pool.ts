import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { SiteZone } from '../../core/site-zone.ts';
import type { UsageBatch } from '../../core/usage-batch.ts';
import { BLOCK_BYTES } from '../content-print.ts';
import type { GrowingVocabulary } from '../growing-vocabulary.ts';
import type { IgnoreList } from '../ignore-list.ts';
import { LineCount, type LineTotals } from '../line-count.ts';
import type { FileRange, StretchReading } from './file-stretch.ts';
import {
  type NewNames,
  type ScanJob,
  Shared,
  type StretchReject,
  type WorkerMessage,
  type WorkerSetup,
} from './scan-messages.ts';

export interface ScanPoolOptions {
  readonly threads: number;
  readonly zone: SiteZone;
  /** Seconds since 1970 UTC. */
  readonly now: number;
  readonly ignore: IgnoreList;
  readonly vocabulary: GrowingVocabulary;
}

/** What is done with what the workers find. */
export interface ScanSink {
  /** Takes rows in, in any order. */
  rows(batch: UsageBatch): Promise<void>;
  /** Hears of each stretch, in the order of the file. */
  stretch(reading: StretchReading & { readonly rejects: readonly StretchReject[] }): void;
}

/** How much of a file a worker scans at a time. */
export const STRETCH_BYTES: number = 256 * BLOCK_BYTES;

/** Threads that scan large files together. */
export class ScanPool {
  readonly #options: ScanPoolOptions;
  readonly #workers: { readonly worker: Worker; readonly places: Places }[] = [];

  constructor(options: ScanPoolOptions) {
    this.#options = options;
  }

  /** Starts the threads; without it, the first scan does. */
  start(): void {
    const { threads, zone, now, ignore, vocabulary } = this.#options;
    const workerData: WorkerSetup = { zone: zone.name, now, ignore: ignore.patterns, stretchBytes: STRETCH_BYTES };
    // Under vitest and when built alike, this file and the worker's have the same ending.
    const file = new URL(`./scan-worker${extname(import.meta.url)}`, import.meta.url);
    while (this.#workers.length < threads) {
      this.#workers.push({ worker: new Worker(file, { workerData }), places: new Places(vocabulary) });
    }
  }

  /**
   * Scans the lines of a range.
   * @returns what became of them; null where something in it is for the careful way, so that nothing of it counts
   * @throws what the sink throws, once the workers have stopped
   */
  async scan(range: FileRange, writtenAt: number | null, sink: ScanSink): Promise<LineTotals | null> {
    this.start();
    const shared = new Int32Array(new SharedArrayBuffer(12));
    const job: ScanJob = { range, writtenAt, shared };
    const inOrder = new InOrder(sink);
    const count = new LineCount();
    let isOdd = false;
    /** Batches follow each other; the last in line is awaited by the next. */
    let lastRows: Promise<void> = Promise.resolve();
    const scans = this.#workers.map(async ({ worker, places }) => {
      try {
        for await (const message of messagesOf(worker, job)) {
          if (message.kind === 'stretch') inOrder.take(message);
          else if (message.kind === 'odd') isOdd = true;
          else if (message.kind === 'done') count.add(message.totals);
          else {
            const batch = places.translate(message);
            lastRows = lastRows.then(() => (isOdd ? undefined : sink.rows(batch)));
            await lastRows;
            Atomics.sub(shared, Shared.waiting, 1);
            Atomics.notify(shared, Shared.waiting);
          }
        }
      } catch (error) {
        // The others must not go on, nor wait for what nobody will take.
        Atomics.store(shared, Shared.stop, 1);
        Atomics.store(shared, Shared.waiting, -this.#workers.length * 1000);
        Atomics.notify(shared, Shared.waiting);
        throw error;
      }
    });
    for (const end of await Promise.allSettled(scans)) if (end.status === 'rejected') throw end.reason;
    return isOdd ? null : count.totals;
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.splice(0).map(({ worker }) => worker.terminate()));
  }
}

/** Gives a job to a worker and yields what it says, up to "done". */
async function* messagesOf(worker: Worker, job: ScanJob): AsyncGenerator<WorkerMessage> {
  const said: WorkerMessage[] = [];
  let failure: unknown = null;
  let wake = (): void => {};
  const onMessage = (message: WorkerMessage): void => {
    said.push(message);
    wake();
  };
  const onError = (error: unknown): void => {
    failure = error;
    wake();
  };
  worker.on('message', onMessage).on('error', onError);
  try {
    worker.postMessage(job);
    while (true) {
      const message = said.shift();
      if (message === undefined) {
        if (failure !== null) throw failure;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      yield message;
      if (message.kind === 'done') return;
    }
  } finally {
    worker.off('message', onMessage).off('error', onError);
  }
}

type Stretch = Extract<WorkerMessage, { kind: 'stretch' }>;

/** Brings the stretches of all workers into the order of the file. */
class InOrder {
  readonly #sink: ScanSink;
  readonly #early = new Map<number, Stretch>();
  #next = 0;

  constructor(sink: ScanSink) {
    this.#sink = sink;
  }

  take(stretch: Stretch): void {
    this.#early.set(stretch.index, stretch);
    for (let next = this.#early.get(this.#next); next !== undefined; next = this.#early.get(this.#next)) {
      this.#early.delete(this.#next++);
      this.#sink.stretch(next);
    }
  }
}

/** Where the names of a worker stand in the vocabulary of the import. */
class Places {
  readonly #vocabulary: GrowingVocabulary;
  readonly #users: number[] = [];
  readonly #modulefiles: number[] = [];
  readonly #groups: number[] = [];

  constructor(vocabulary: GrowingVocabulary) {
    this.#vocabulary = vocabulary;
  }

  translate({ batch, names }: { batch: Omit<UsageBatch, 'vocabulary'>; names: NewNames }): UsageBatch {
    const vocabulary = this.#vocabulary;
    for (const name of names.users) this.#users.push(vocabulary.placeOfUser(name));
    for (const modulefile of names.modulefiles) this.#modulefiles.push(vocabulary.placeOfModulefile(modulefile));
    for (const name of names.groups) this.#groups.push(vocabulary.placeOfGroup(name));
    const { length, user, modulefile, group } = batch;
    for (let row = 0; row < length; row++) {
      user[row] = this.#users[user[row] ?? -1] ?? -1;
      modulefile[row] = this.#modulefiles[modulefile[row] ?? -1] ?? -1;
      group[row] = this.#groups[group[row] ?? -1] ?? -1;
    }
    return { ...batch, vocabulary };
  }
}
