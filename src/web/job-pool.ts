import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import type { Cell } from '../core/result-table.ts';
import type { Done, Job, JobDoer } from './job.ts';
import { type JobAnswer, type JobRequest, type JobSetting, joinAnswer, unpackFailure } from './job-messages.ts';
import { JobQueue, type WaitingJob } from './job-queue.ts';

/** Of the same ending as this file: when built, as processes can be started from it then. */
const jobProcess = new URL(`./job-process${extname(import.meta.url)}`, import.meta.url);
/** One for what takes long, and one for all else. */
const PROCESSES = 2;

interface Worker {
  readonly child: ChildProcess;
  task: (WaitingJob & { readonly rows: (readonly Cell[])[] }) | null;
}

/**
 * Does jobs in processes of their own. What somebody waits for comes first; what nobody waits for never takes the last
 * process that is free. A process that dies takes its job with it, and the next job gets another one.
 */
export class JobPool implements JobDoer {
  readonly #setting: JobSetting;
  readonly #workers = new Set<Worker>();
  readonly #queue = new JobQueue();
  #isClosed = false;

  constructor(setting: JobSetting) {
    this.#setting = setting;
  }

  do(job: Job, isUrgent: boolean): Promise<Done> {
    return new Promise((resolve, reject) => {
      this.#queue.add({ job, isUrgent, resolve, reject });
      this.#begin();
    });
  }

  hurry(job: Job): void {
    this.#queue.hurry(job);
    this.#begin();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const gone = [...this.#workers].map(({ child }) => new Promise((resolve) => child.once('exit', resolve)));
    for (const { child } of this.#workers) child.disconnect();
    await Promise.all(gone);
  }

  #begin(): void {
    while (true) {
      const busy = [...this.#workers].filter(({ task }) => task !== null);
      if (this.#isClosed || busy.length >= PROCESSES) return;
      const next = this.#queue.next(busy.length === PROCESSES - 1);
      if (next === null) return;
      const worker = [...this.#workers].find(({ task }) => task === null) ?? this.#start();
      worker.task = { ...next, rows: [] };
      this.#send(worker, { job: next.job });
    }
  }

  #start(): Worker {
    const child = fork(jobProcess, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], serialization: 'advanced' });
    const worker: Worker = { child, task: null };
    this.#workers.add(worker);
    child.on('message', (answer) => this.#take(worker, answer as JobAnswer));
    const end = (): void => {
      const { task } = worker;
      worker.task = null;
      this.#workers.delete(worker);
      task?.reject(new Error('the process that worked on it has ended'));
      this.#begin();
    };
    child.once('error', end);
    child.once('exit', end);
    this.#send(worker, { setting: this.#setting });
    return worker;
  }

  #take(worker: Worker, answer: JobAnswer): void {
    const { task } = worker;
    if (task === null) return;
    if ('rows' in answer) {
      for (const row of answer.rows) task.rows.push(row);
      return;
    }
    worker.task = null;
    if ('done' in answer) task.resolve(joinAnswer(answer.done, task.rows));
    else task.reject(unpackFailure(answer.failure));
    this.#begin();
  }

  #send({ child }: Worker, request: JobRequest): void {
    // Where it cannot be sent, the process is gone, and its end is dealt with.
    child.send(request, () => {});
  }
}
