import type { ReportDesk } from '../app/report-desk.ts';
import { AppError } from '../core/app-error.ts';
import type { Role } from '../core/role.ts';
import { HttpFault } from './http-fault.ts';
import type { Done, Job, JobDoer, PlainQuestion, Products } from './job.ts';

/** Bytes, about, of what is kept. */
const ROOM = 64_000_000;
/** What is larger is not kept: a download or two would drive all else out. */
const LARGEST = ROOM / 4;
/** So long somebody waits for the newest, where something a little older is at hand. */
const PATIENCE_MS = 200;
/** What was true so long ago is not shown any more. */
const OLDEST_MS = 600_000;
/** How often the store is looked at, so that pages are made anew before somebody asks for them. */
const LOOK_MS = 2000;
/** What nobody has asked for so long is not made anew. */
const POPULAR_MS = 86_400_000;
const MOST_POPULAR = 40;
/** Of its time, a server whose store changes all the while spends no more than a part on what nobody waits for. */
const REST = 4;
/** States that are remembered. */
const MOST_STATES = 1000;

/** Something that was asked for, and is up to date or nearly so. */
export interface Kept<P> extends Done<P> {
  /** When it was last known to be what the store has, in milliseconds since 1970; null where it is so now. */
  readonly asOf: number | null;
}

interface Entry {
  readonly job: Job;
  /** What came of it last. */
  done: Done | null;
  size: number;
  askedAt: number;
  /** What is being worked out, and of which state at the latest. */
  running: { readonly since: string; readonly result: Promise<Done> } | null;
}

/**
 * Where all that is shown comes from. What was worked out is kept while the store is as it was; what has become old
 * is worked out anew, and shown with its time until the new is there. Each thing is of one moment, whether old or new.
 */
export class Desk {
  readonly #reports: Pick<ReportDesk, 'readState' | 'close'>;
  readonly #doer: JobDoer;
  /** By what was asked; what was asked for last comes last. */
  readonly #entries = new Map<string, Entry>();
  /** When each state was last seen to be that of the store, newest last. */
  readonly #seenAt = new Map<string, number>();
  #held = 0;
  #timer: NodeJS.Timeout | null = null;
  #warmed = '';
  #isClosed = false;

  /** @param reports tells the state of the store */
  constructor(reports: Pick<ReportDesk, 'readState' | 'close'>, doer: JobDoer) {
    this.#reports = reports;
    this.#doer = doer;
  }

  /**
   * What all answers depend on beside the question.
   * @throws AppError STORE_ codes
   */
  async readState(): Promise<string> {
    const state = await this.#reports.readState();
    this.#seenAt.delete(state);
    this.#seenAt.set(state, Date.now());
    const [oldest] = this.#seenAt.keys();
    if (this.#seenAt.size > MOST_STATES && oldest !== undefined) this.#seenAt.delete(oldest);
    return state;
  }

  /**
   * The answer to a question as the store is now.
   * @throws AppError
   */
  async answer(question: PlainQuestion, role: Role): Promise<Done<Products['table']>> {
    return (await this.#askNow({ kind: 'table', role, question })) as Done<Products['table']>;
  }

  /**
   * The inside of a page: as the store is now, or as it was shortly before where that is at hand and the other is not.
   * @throws AppError; HttpFault where there is no such page
   */
  async showPage(page: Omit<Extract<Job, { kind: 'page' }>, 'kind'>): Promise<Kept<Products['page']>> {
    return (await this.#askSoon({ kind: 'page', ...page })) as Kept<Products['page']>;
  }

  /**
   * The names that can be searched for, as they are now or were shortly before.
   * @throws AppError
   */
  async readNames(role: Role): Promise<Kept<Products['names']>> {
    return (await this.#askSoon({ kind: 'names', role })) as Kept<Products['names']>;
  }

  /** Makes some pages before somebody asks for them, and again and again when the store has changed. */
  keepWarm(pages: readonly Omit<Extract<Job, { kind: 'page' }>, 'kind'>[]): void {
    for (const page of pages) this.#entryOf({ kind: 'page', ...page });
    const look = async (): Promise<void> => {
      const startedAt = performance.now();
      const state = await this.readState().catch(() => this.#warmed);
      if (state !== this.#warmed) await this.#warm(state);
      const tookMs = performance.now() - startedAt;
      if (!this.#isClosed) this.#timer = setTimeout(look, Math.max(LOOK_MS, tookMs * REST)).unref();
    };
    void look();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#doer.close();
    await this.#reports.close();
  }

  async #warm(state: string): Promise<void> {
    this.#warmed = state;
    const since = Date.now() - POPULAR_MS;
    const popular = [...this.#entries.values()].filter(({ job, askedAt }) => job.kind !== 'table' && askedAt > since);
    for (const entry of popular.reverse().slice(0, MOST_POPULAR)) {
      if (this.#isClosed) return;
      // Why it fails is told to whoever asks.
      if (entry.done?.state !== state) await (entry.running?.result ?? this.#run(entry, state, false)).catch(() => {});
    }
  }

  async #askNow(job: Job): Promise<Done> {
    const state = await this.readState();
    const entry = this.#entryOf(job);
    if (entry.done?.state === state) return entry.done;
    return entry.running?.since === state ? this.#waitFor(entry, entry.running) : this.#run(entry, state, true);
  }

  async #askSoon(job: Job): Promise<Kept<Products[Job['kind']]>> {
    const state = await this.readState();
    const lookedAt = Date.now();
    const entry = this.#entryOf(job);
    const { done } = entry;
    if (done?.state === state) return { ...done, asOf: null };
    const begun = entry.running === null ? this.#run(entry, state, true) : this.#waitFor(entry, entry.running);
    const running = begun.then((newer) => {
      // What was begun before may be of a state that has passed; one that was seen since, or never here, is newer.
      const seenAt = this.#seenAt.get(newer.state) ?? lookedAt;
      return { ...newer, asOf: newer.state === state || seenAt >= lookedAt ? null : seenAt };
    });
    const asOf = done === null ? 0 : (this.#seenAt.get(done.state) ?? 0);
    if (done === null || asOf < lookedAt - OLDEST_MS) return running;
    return Promise.race([
      running.catch((error: unknown) => {
        if (isPassing(error)) return { ...done, asOf };
        throw error;
      }),
      waitMs(PATIENCE_MS).then(() => ({ ...done, asOf })),
    ]);
  }

  /** What was begun while nobody waited for it is urgent from now on. */
  #waitFor({ job }: Entry, { result }: NonNullable<Entry['running']>): Promise<Done> {
    this.#doer.hurry(job);
    return result;
  }

  #entryOf(job: Job): Entry {
    const key = keyOf(job);
    const entry = this.#entries.get(key) ?? { job, done: null, size: 0, askedAt: 0, running: null };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    entry.askedAt = Date.now();
    return entry;
  }

  #run(entry: Entry, since: string, isUrgent: boolean): Promise<Done> {
    const result = this.#doer.do(entry.job, isUrgent);
    const running = { since, result };
    entry.running = running;
    const end = (): void => {
      if (entry.running === running) entry.running = null;
    };
    result.then(
      (done) => {
        end();
        this.#keep(entry, done);
      },
      () => {
        end();
        // Of what there is not, nothing is kept.
        if (entry.done === null && entry.running === null) this.#entries.delete(keyOf(entry.job));
      },
    );
    return result;
  }

  #keep(entry: Entry, done: Done): void {
    this.#held -= entry.size;
    const size = sizeOf(done.product);
    const isKept = size <= LARGEST;
    entry.done = isKept ? done : null;
    entry.size = isKept ? size : 0;
    if (!isKept && entry.running === null) this.#entries.delete(keyOf(entry.job));
    this.#held += entry.size;
    for (const [key, { size, running }] of this.#entries) {
      if (this.#held <= ROOM) return;
      if (running !== null) continue;
      this.#entries.delete(key);
      this.#held -= size;
    }
  }
}

/** Whether a failure says no more than that others are at work. */
function isPassing(error: unknown): boolean {
  return (
    (error instanceof AppError && error.code === 'STORE_BUSY') ||
    (error instanceof HttpFault && error.code === 'TOO_BUSY')
  );
}

/** A text that is the same for the same thing. */
function keyOf(job: Job): string {
  switch (job.kind) {
    case 'page':
      return JSON.stringify(['page', job.role, job.path, Object.entries(job.query).sort()]);
    case 'table': {
      const { report, filter, limit, options } = job.question;
      return JSON.stringify(['table', job.role, report, filter, limit, options]);
    }
    case 'names':
      return JSON.stringify(['names', job.role]);
  }
}

function waitMs(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Bytes that something takes, about. */
function sizeOf(product: Products[Job['kind']]): number {
  if ('body' in product) return 1000 + product.body.length * 2;
  if (!('rows' in product)) return 1000 + (product.modules.length + product.users.length) * 100;
  const { columns, rows } = product;
  const text = rows.slice(0, 50).reduce((sum, row) => sum + JSON.stringify(row).length, 0);
  return 500 + rows.length * (columns.length * 16 + (text / Math.min(50, rows.length || 1)) * 2);
}
