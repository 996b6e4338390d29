import type { RejectReason } from '../../core/line-outcome.ts';
import type { Modulefile, UsageBatch } from '../../core/usage-batch.ts';
import type { LineTotals } from '../line-count.ts';
import type { FileRange, StretchReading } from './file-stretch.ts';

/** What the threads of an import say to each other: scan-pool.ts to scan-worker.ts, and back. */

/** What a worker is made with. */
export interface WorkerSetup {
  readonly zone: string;
  /** Seconds since 1970 UTC. */
  readonly now: number;
  readonly ignore: readonly RegExp[];
  /** Of the stretches. */
  readonly stretchBytes: number;
}

/** A range to scan, together with other workers. */
export interface ScanJob {
  readonly range: FileRange;
  readonly writtenAt: number | null;
  /** Shared by the workers: see `Shared`. */
  readonly shared: Int32Array<SharedArrayBuffer>;
}

/** Places in the memory that the threads share. */
export const Shared = {
  /** The next stretch that nobody has begun with. */
  next: 0,
  /** 1 where the work is to be dropped. */
  stop: 1,
  /** Batches that were sent and not yet taken: who has sent one waits for it, so that they do not pile up. */
  waiting: 2,
} as const;

export type WorkerMessage =
  | ({ readonly kind: 'stretch'; readonly index: number; readonly rejects: readonly StretchReject[] } & StretchReading)
  | { readonly kind: 'rows'; readonly batch: Omit<UsageBatch, 'vocabulary'>; readonly names: NewNames }
  /** Everything was sent; what became of the lines. */
  | { readonly kind: 'done'; readonly totals: LineTotals }
  /** Something in the range is for the careful way. */
  | { readonly kind: 'odd' };

/** A rejected line; its number counts from 0 in its stretch. */
export interface StretchReject {
  readonly lineIndex: number;
  readonly reason: RejectReason;
  readonly line: string | null;
}

/** Names that a worker's vocabulary has got since it last told of any. */
export interface NewNames {
  readonly users: readonly string[];
  readonly modulefiles: readonly Modulefile[];
  readonly groups: readonly string[];
}
