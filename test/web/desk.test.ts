import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AppError } from '../../src/core/app-error.ts';
import { Desk } from '../../src/web/desk.ts';
import { HttpFault } from '../../src/web/http-fault.ts';
import type { Done, Job, JobDoer } from '../../src/web/job.ts';

const overview = { role: 'staff', path: '/', query: {} } as const;
const question = { report: 'top', filter: {}, limit: null, options: {} };

/** A store whose state is a number, and jobs that take as long as they are let. */
class Workshop implements JobDoer {
  state = 1;
  /** Characters that a page has. */
  length = 0;
  /** Jobs that were begun, and wait for `finish`. */
  readonly begun: { readonly job: Job; readonly isUrgent: boolean; finish(fault?: Error): void }[] = [];

  do(job: Job, isUrgent: boolean): Promise<Done> {
    const done: Done = { state: String(this.state), product: productOf(job, this.state, this.length) };
    return new Promise((resolve, reject) => {
      this.begun.push({ job, isUrgent, finish: (fault) => (fault === undefined ? resolve(done) : reject(fault)) });
    });
  }

  readonly hurried: Job[] = [];
  hurry(job: Job): void {
    this.hurried.push(job);
  }

  async close(): Promise<void> {}
}

function productOf(job: Job, state: number, length: number): Done['product'] {
  return job.kind === 'table'
    ? { columns: [], rows: [[state]] }
    : { title: `of ${state}`, kind: null, place: '', body: ' '.repeat(length), filters: '', users: [] };
}

let workshop: Workshop;
let desk: Desk;

beforeEach(() => {
  vi.useFakeTimers();
  workshop = new Workshop();
  desk = new Desk({ readState: async () => String(workshop.state), close: async () => {} }, workshop);
});

afterEach(async () => {
  await desk.close();
  vi.useRealTimers();
});

/** Lets all that can go on without waiting go on. */
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

async function showOnce(): Promise<void> {
  const shown = desk.showPage(overview);
  await settle();
  workshop.begun.at(-1)?.finish();
  await shown;
}

test('a page is made once while the store is as it was, for all who look at it', async () => {
  const shown = Promise.all([desk.showPage(overview), desk.showPage(overview)]);
  await settle();
  workshop.begun[0]?.finish();
  const [one, other] = await shown;
  expect(one).toMatchObject({ state: '1', product: { title: 'of 1' }, asOf: null });
  expect(other).toEqual(one);
  expect((await desk.showPage(overview)).product.title).toBe('of 1');
  expect(workshop.begun.length).toBe(1);
});

test('a page is shown with its time while a newer one is made, and the newer one when it is there', async () => {
  await showOnce();
  const seenAt = Date.now();
  workshop.state = 2;
  await vi.advanceTimersByTimeAsync(5000);
  const shown = desk.showPage(overview);
  await vi.advanceTimersByTimeAsync(1000);
  expect(await shown).toMatchObject({ state: '1', product: { title: 'of 1' }, asOf: seenAt });
  // Nobody has it made a second time.
  const again = desk.showPage(overview);
  await vi.advanceTimersByTimeAsync(1000);
  expect((await again).asOf).toBe(seenAt);
  expect(workshop.begun.length).toBe(2);
  workshop.begun[1]?.finish();
  await settle();
  expect(await desk.showPage(overview)).toMatchObject({ state: '2', product: { title: 'of 2' }, asOf: null });
});

test('a page that was begun before the store changed is shown with its time', async () => {
  const first = desk.showPage(overview);
  await settle();
  const seenAt = Date.now();
  await vi.advanceTimersByTimeAsync(1000);
  workshop.state = 2;
  const second = desk.showPage(overview);
  await settle();
  workshop.begun[0]?.finish();
  expect((await first).asOf).toBeNull();
  expect(await second).toMatchObject({ product: { title: 'of 1' }, asOf: seenAt });
  expect(workshop.begun.length).toBe(1);
});

test('a newer page that is there soon is waited for', async () => {
  await showOnce();
  workshop.state = 2;
  const shown = desk.showPage(overview);
  await vi.advanceTimersByTimeAsync(50);
  workshop.begun[1]?.finish();
  expect(await shown).toMatchObject({ product: { title: 'of 2' }, asOf: null });
});

test('a page of long ago is not shown, whatever the new one takes', async () => {
  await showOnce();
  workshop.state = 2;
  await vi.advanceTimersByTimeAsync(3_600_000);
  const shown = desk.showPage(overview);
  await vi.advanceTimersByTimeAsync(30_000);
  workshop.begun[1]?.finish();
  expect(await shown).toMatchObject({ product: { title: 'of 2' }, asOf: null });
});

test('a page is shown with its time where others hold the store, and not where it is gone', async () => {
  await showOnce();
  workshop.state = 2;
  const busy = desk.showPage(overview);
  await settle();
  workshop.begun[1]?.finish(new AppError('STORE_BUSY', 'held'));
  expect((await busy).asOf).not.toBeNull();
  const crowded = desk.showPage(overview);
  await settle();
  workshop.begun[2]?.finish(new HttpFault(503, 'TOO_BUSY', 'crowded'));
  expect((await crowded).asOf).not.toBeNull();
  const gone = desk.showPage(overview);
  const refused = expect(gone).rejects.toMatchObject({ status: 404 });
  await settle();
  workshop.begun[3]?.finish(new HttpFault(404, 'NOT_FOUND', 'gone'));
  await refused;
});

test('an answer to a program is never older than its question', async () => {
  const first = desk.answer(question, 'staff');
  await settle();
  workshop.state = 2;
  const second = desk.answer(question, 'staff');
  await settle();
  expect(workshop.begun.length).toBe(2);
  for (const { finish } of workshop.begun) finish();
  expect((await first).product.rows).toEqual([[1]]);
  expect((await second).product.rows).toEqual([[2]]);
  expect((await desk.answer(question, 'staff')).product.rows).toEqual([[2]]);
  expect(workshop.begun.length).toBe(2);
});

test('roles and queries are told apart, and the order of a query is not', async () => {
  const pages = [
    overview,
    { ...overview, role: 'analyst' as const },
    { ...overview, query: { cluster: 'a', start: 'b' } },
    { ...overview, query: { start: 'b', cluster: 'a' } },
    { ...overview, query: { cluster: 'a' } },
  ];
  const shown = Promise.all(pages.map((page) => desk.showPage(page)));
  await settle();
  expect(workshop.begun.length).toBe(4);
  for (const { finish } of workshop.begun) finish();
  await shown;
});

test('pages are made before anybody looks, and anew when the store has changed', async () => {
  desk.keepWarm([overview]);
  await settle();
  expect(workshop.begun).toMatchObject([{ isUrgent: false }]);
  workshop.begun[0]?.finish();
  await settle();
  expect((await desk.showPage(overview)).asOf).toBeNull();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(workshop.begun.length).toBe(1);
  workshop.state = 2;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(workshop.begun.length).toBe(2);
  workshop.begun[1]?.finish();
  await settle();
  expect((await desk.showPage(overview)).product.title).toBe('of 2');
});

test('what is made before anybody looks is urgent as soon as somebody does', async () => {
  desk.keepWarm([overview]);
  await settle();
  const shown = desk.showPage(overview);
  await settle();
  expect(workshop.hurried).toEqual(workshop.begun.map(({ job }) => job));
  workshop.begun[0]?.finish();
  expect((await shown).product.title).toBe('of 1');
});

test('what is very large drives out nothing, and is not kept', async () => {
  await showOnce();
  workshop.length = 20_000_000;
  const large = { ...overview, path: '/large' };
  for (let time = 0; time < 2; time++) {
    const shown = desk.showPage(large);
    await settle();
    workshop.begun.at(-1)?.finish();
    expect((await shown).product.body.length).toBe(workshop.length);
  }
  expect(workshop.begun.length).toBe(3);
  await desk.showPage(overview);
  expect(workshop.begun.length).toBe(3);
});

test('what failed is asked for again', async () => {
  const failed = expect(desk.showPage(overview)).rejects.toThrow('no');
  await settle();
  workshop.begun[0]?.finish(new Error('no'));
  await failed;
  await showOnce();
  expect(workshop.begun.length).toBe(2);
});
