import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import type { FeedRequest } from '../app/run-feed.ts';
import type { FeedAnswer } from './feed-process.ts';
import type { FeedTotals } from './feed-totals.ts';
import type { Journal } from './journal.ts';

export interface FeederOptions {
  readonly journal: Journal;
  readonly totals: FeedTotals;
  /** All of a request but the parts. */
  readonly request: () => Omit<FeedRequest, 'parts'>;
  /** Feeds at the latest when a message has waited so long, or so many wait. */
  readonly limits: () => { readonly feedMs: number; readonly feedMessages: number };
  readonly onTrouble: (message: string) => void;
}

/** Of the same ending as this file: when built, as processes can be started from it then. */
const feedProcess = new URL(`./feed-process${extname(import.meta.url)}`, import.meta.url);
const LOOK_MS = 250;
/** After a failure, times between attempts, in milliseconds; they double. */
const SHORTEST_PAUSE = 2000;
const LONGEST_PAUSE = 300_000;

/** Feeds the journal into the store, again and again, until it is all there. */
export class Feeder {
  readonly #options: FeederOptions;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<boolean> | null = null;
  #child: ChildProcess | null = null;
  #pauseMs = 0;
  #notBefore = 0;

  constructor(options: FeederOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  /**
   * Feeds what is there now, or joins a feed that is running.
   * @param waitMs how long to wait for other processes at the store; as the settings say, unless given
   * @returns whether it worked
   */
  feed(waitMs: number | null = null): Promise<boolean> {
    this.#running ??= this.#feed(waitMs).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /**
   * Feeds a last time, and gives up after a while: the next start takes it from there.
   * @returns whether all is in the store
   */
  async finish(withinMs: number): Promise<boolean> {
    clearInterval(this.#timer);
    const { journal } = this.#options;
    const late = setTimeout(() => this.#child?.kill('SIGKILL'), withinMs);
    try {
      await this.#running;
      return journal.waiting === 0 || (await this.feed(Math.floor(withinMs / 2)));
    } finally {
      clearTimeout(late);
    }
  }

  #look(): void {
    const { journal, limits } = this.#options;
    const { waiting } = journal;
    if (this.#running !== null) return;
    if (waiting === 0) journal.tidy();
    if (waiting === 0 || performance.now() < this.#notBefore) return;
    const { feedMs, feedMessages } = limits();
    if (waiting >= feedMessages || journal.lagMs(Date.now()) >= feedMs) void this.feed();
  }

  async #feed(waitMs: number | null): Promise<boolean> {
    const { journal, totals, request, onTrouble } = this.#options;
    const view = journal.view();
    if (view.parts.length === 0) return true;
    const asked = request();
    const answer = await this.#ask({ ...asked, parts: view.parts, waitMs: waitMs ?? asked.waitMs });
    if ('error' in answer) {
      const { code, message, hint } = answer.error;
      totals.fail(code, message);
      this.#backOff();
      onTrouble(`not stored yet, ${journal.waiting} messages wait: ${message}${hint === '' ? '' : `. ${hint}`}`);
      return false;
    }
    const { failures } = answer.report;
    totals.add(answer.report);
    const failed = failures[0];
    if (failed !== undefined) {
      this.#backOff();
      onTrouble(`not all is stored: ${failed.message}`);
      return false;
    }
    this.#pauseMs = 0;
    journal.settle(view);
    return true;
  }

  #backOff(): void {
    this.#pauseMs = Math.min(LONGEST_PAUSE, Math.max(SHORTEST_PAUSE, this.#pauseMs * 2));
    this.#notBefore = performance.now() + this.#pauseMs;
  }

  #ask(request: FeedRequest): Promise<FeedAnswer> {
    return new Promise((resolve) => {
      const child = fork(feedProcess, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      this.#child = child;
      let answer: FeedAnswer = {
        error: { code: '', message: 'the feeding process ended without an answer', hint: '' },
      };
      child.once('message', (message) => {
        answer = message as FeedAnswer;
      });
      child.once('error', (error) => {
        answer = { error: { code: '', message: `cannot start the feeding process: ${error.message}`, hint: '' } };
        resolve(answer);
      });
      child.once('exit', () => {
        this.#child = null;
        resolve(answer);
      });
      child.send(request, () => {});
    });
  }
}
