import { expect, test } from 'vitest';
import type { Job } from '../../src/web/job.ts';
import { JobQueue } from '../../src/web/job-queue.ts';

const jobOf = (path: string): Job => ({ kind: 'page', role: 'staff', path, query: {} });
const waiting = (job: Job, isUrgent: boolean) => ({ job, isUrgent, resolve: () => {}, reject: () => {} });

test('what somebody waits for is begun first, and nothing else takes the last process', () => {
  const queue = new JobQueue();
  const [one, other, urgent] = ['/one', '/other', '/urgent'].map(jobOf) as [Job, Job, Job];
  queue.add(waiting(one, false));
  queue.add(waiting(other, false));
  queue.add(waiting(urgent, true));
  expect(queue.next(false)?.job).toBe(urgent);
  expect(queue.next(true)).toBeNull();
  queue.hurry(other);
  queue.hurry(jobOf('/one'));
  expect(queue.next(true)?.job).toBe(other);
  expect(queue.next(true)).toBeNull();
  expect(queue.next(false)?.job).toBe(one);
  expect(queue.next(false)).toBeNull();
});

test('who comes when too many wait is told to come again', () => {
  const queue = new JobQueue();
  for (let n = 0; n < 200; n++) queue.add(waiting(jobOf('/'), true));
  expect(() => queue.add(waiting(jobOf('/'), true))).toThrow(
    expect.objectContaining({ status: 503, code: 'TOO_BUSY' }),
  );
  queue.next(false);
  queue.add(waiting(jobOf('/'), true));
});
