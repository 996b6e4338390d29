import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { AppError } from '../../core/app-error.ts';
import type { Decisions } from './decisions.ts';
import { type BatchPurpose, type OpenBatch, type StateChange, type StoreState, voidBatches } from './store-state.ts';
import { withVoid } from './void-batches.ts';

/** A batch that nobody has closed for so long is taken for one whose process has died, wherever that was. */
const ABANDONED_MS = 24 * 3_600_000;

/**
 * Gives a number to rows that are going to be written. Batches of processes that have died are given up on the way.
 * @returns the number
 */
export async function openBatch(
  decisions: Decisions,
  waitMs: number,
  purpose: Exclude<BatchPurpose, 'summary'> = 'import',
): Promise<number> {
  let batch = 0;
  const mark = newMark();
  await decisions.decide(waitMs, (state) => {
    const opened = state.open.find((open) => open.mark === mark);
    // By a decision whose answer was lost.
    batch = opened?.batch ?? state.lastBatch + 1;
    if (opened !== undefined) return null;
    const given = withoutDead(state);
    const removing = given.open.find((open) => open.purpose === 'removal');
    if (purpose === 'removal' && removing !== undefined) throw removalIsUnderWay(removing);
    return { ...given, ...withBatch({ ...state, ...given }, purpose, mark) };
  });
  return batch;
}

/** What a state becomes when a batch is opened: it has the number `lastBatch`. */
export function withBatch(
  { open, lastBatch }: StoreState,
  purpose: BatchPurpose,
  mark: string = newMark(),
): Pick<StoreState, 'open' | 'lastBatch'> {
  const batch = lastBatch + 1;
  const own: OpenBatch = { batch, mark, purpose, host: hostname(), pid: process.pid, since: Date.now() };
  return { lastBatch: batch, open: [...open, own] };
}

/** What a state becomes when the open batches of processes that have died are given up. */
export function withoutDead(state: StoreState): ReturnType<typeof giveUp> {
  return giveUp(
    state,
    state.open.filter(isDead).map(({ batch }) => batch),
  );
}

/**
 * Gives a batch up: its rows never count.
 * @param isEmpty whether nobody has ever begun to write rows of it, so that its number need not be known as void
 */
export async function giveUpBatch(decisions: Decisions, waitMs: number, batch: number, isEmpty = false): Promise<void> {
  await decisions.decide(waitMs, (state) => {
    if (!isOpen(state, batch)) return null;
    return isEmpty ? { open: withoutBatch(state, batch) } : giveUp(state, [batch]);
  });
}

export function isOpen({ open }: StoreState, batch: number): boolean {
  return open.some((one) => one.batch === batch);
}

/** The batches that are open but for one. */
export function withoutBatch({ open }: StoreState, batch: number): readonly OpenBatch[] {
  return open.filter((one) => one.batch !== batch);
}

/**
 * Whether a batch still is to be decided on; false where it has been, by a decision whose answer was lost. Whoever
 * writes rows of it asks that before each insert: it may have been given up so long ago that its number is forgotten.
 * @throws AppError STORE_BUSY where it was given up by others
 */
export function isUndecided(state: StoreState, batch: number, name: string): boolean {
  if (isOpen(state, batch)) return true;
  if (batch > state.forgotten && !voidBatches(state).includes(batch)) return false;
  throw new AppError('STORE_BUSY', `${name}: this took so long that it was taken for dead`, {
    hint: 'Nothing was stored. Run it again.',
  });
}

/** What a state becomes when open batches are given up. */
export function giveUp(
  { open, void: gone, unswept }: StoreState,
  batches: readonly number[],
): Required<Pick<StateChange, 'open' | 'void' | 'unswept'>> {
  return {
    open: open.filter(({ batch }) => !batches.includes(batch)),
    void: withVoid(gone, batches),
    unswept: [...unswept, ...batches],
  };
}

function newMark(): string {
  return randomBytes(6).toString('base64url');
}

function isDead({ host, pid, since }: OpenBatch): boolean {
  if (Date.now() - since > ABANDONED_MS) return true;
  if (host !== hostname() || pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'ESRCH';
  }
}

function removalIsUnderWay({ host, pid }: OpenBatch): AppError {
  return new AppError('STORE_BUSY', `rows are just being removed, by process ${pid} on ${host}`, {
    hint: 'Run it again when that is done.',
  });
}
