import { HttpFault } from './http-fault.ts';
import type { Done, Job } from './job.ts';

/** Jobs that may wait: whoever would come behind them had better come again than hold what they bring. */
const MOST_WAITING = 200;

/** A job that has not been begun, and where its outcome goes. */
export interface WaitingJob {
  readonly job: Job;
  /** Whether somebody waits for it. */
  isUrgent: boolean;
  resolve(done: Done): void;
  reject(error: unknown): void;
}

/** Jobs in the order in which they are begun: what somebody waits for first. */
export class JobQueue {
  readonly #waiting: WaitingJob[] = [];

  /** @throws HttpFault where too many wait */
  add(waiting: WaitingJob): void {
    if (this.#waiting.length >= MOST_WAITING) {
      throw new HttpFault(503, 'TOO_BUSY', 'too many wait for answers', 'Come again in a while.');
    }
    this.#waiting.push(waiting);
  }

  /** Somebody has come who waits for a job. */
  hurry(job: Job): void {
    const waiting = this.#waiting.find((one) => one.job === job);
    if (waiting !== undefined) waiting.isUrgent = true;
  }

  /** @param isLast whether it would take the last process that is free */
  next(isLast: boolean): WaitingJob | null {
    const urgent = this.#waiting.findIndex(({ isUrgent }) => isUrgent);
    const place = urgent >= 0 || isLast ? urgent : 0;
    const [next = null] = place < 0 ? [] : this.#waiting.splice(place, 1);
    return next;
  }
}
