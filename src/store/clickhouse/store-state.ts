import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { inBatches, numbersToSteps, stepsToNumbers } from './batch-list.ts';

/**
 * What a store is at one moment: which of the rows in its tables count. Rows carry the number of a batch, which is
 * given out before they are written; whether they count is decided here and nowhere else, for all at once.
 */
export interface StoreState {
  /** Goes up by one with each state. */
  readonly number: number;
  /** The version of the tables. */
  readonly schema: number;
  /** The number of shards, among which users were dealt out when the store was made. */
  readonly shards: number;
  /** Marks of this state and of those before it, newest last: whoever wrote one finds out here that it was taken. */
  readonly marks: readonly string[];
  /** Number of imports so far. */
  readonly revision: number;
  /** Number of decisions that changed what can be asked for. */
  readonly changes: number;
  /** Number of decisions by which rows that had counted once may go from the tables. */
  readonly losses: number;
  /** The highest number that was given to a batch. */
  readonly lastBatch: number;
  /** The highest number that was given to a content of the ledger. */
  readonly lastContent: number;
  /** Batches that are being written. */
  readonly open: readonly OpenBatch[];
  /**
   * Batches that were given up, and never count: who had opened one may be dead, and an insert of his be under way
   * still, for as long as nobody can tell.
   */
  readonly void: readonly VoidBatches[];
  /** No number up to this one is known to be void any more: no row has it, and none will. */
  readonly forgotten: number;
  /** Batches that may be taken out of the tables. */
  readonly unswept: readonly number[];
  /** What was removed and may still be in the tables. */
  readonly removals: readonly Removal[];
  /** What is being taken out of the tables; null where nothing is. */
  readonly sweep: Sweep | null;
  /** By cluster, the batch that holds its catalogue. */
  readonly catalogues: Readonly<Record<string, number>>;
  /** What the contents of the ledger were put together by; null where they never were. */
  readonly condensed: CondensedLedger | null;
  /** The months that have usage, oldest first. */
  readonly months: readonly Month[];
}

/** What the rows of a batch are for; 'nothing' those of a summary that was being made when rows of it were removed. */
export type BatchPurpose = 'import' | 'removal' | 'summary' | 'nothing';

export interface OpenBatch {
  readonly batch: number;
  /** By which who has opened it knows it again. */
  readonly mark: string;
  readonly purpose: BatchPurpose;
  readonly host: string;
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** Batches that were given up on one day. */
export interface VoidBatches {
  /** Since 1970, by the clock of who gave them up. */
  readonly day: number;
  readonly batches: readonly number[];
}

/** A batch that has every content of the ledger as it was in a state: what was written for that one or before is past. */
export interface CondensedLedger {
  readonly batch: number;
  /** The number of that state. */
  readonly decided: number;
  /** Whether what is past was taken out of the table. */
  readonly isSwept: boolean;
}

/** What the state of a store knows of a month, by the days that rows are counted on; no month with usage is missing. */
export interface Month {
  /** Years times 12 plus months from 0 on. */
  readonly month: number;
  /** No row has a first load before or after these, seconds since 1970 UTC. */
  readonly earliest: number;
  readonly latest: number;
  /** Rows that are not in the summary, at most: of discarded sources and of those that were removed some may be left. */
  readonly later: number;
  /** When a summary was begun that is not known to have come to anything, milliseconds since 1970. */
  readonly triedAt: number | null;
  readonly summary: Summary | null;
}

/** A month's usage by user, cluster, module and path. */
export interface Summary {
  /** The number by which its rows are known in the table of summaries. */
  readonly batch: number;
  /** Rows of usage that are in it. */
  readonly rows: number;
  /** It is of the batches up to this one that counted when it was made. */
  readonly lastBatch: number;
  /** Those of them that were open then, and may have come to count. */
  readonly except: readonly number[];
}

/** Rows that ceased to count, of the batches up to one, save for some. */
export interface Removal {
  /** That of the removal itself, by which it is known. */
  readonly batch: number;
  readonly lastBatch: number;
  readonly except: readonly number[];
  /** A condition of the usage table. */
  readonly where: string;
}

/** Batches and removals whose rows the servers were told to remove, by a statement with a mark in it. */
export interface Sweep {
  readonly mark: string;
  readonly batches: readonly number[];
  readonly removals: readonly number[];
  /** A day of each month of usage that has such rows. */
  readonly days: readonly number[];
  /** The first day of each month of which summaries are such rows. */
  readonly summaries: readonly number[];
  /** The other tables that have some. */
  readonly tables: readonly string[];
  /** By what the contents of the ledger were put together whose past ones go; null where none do. */
  readonly condensed: CondensedLedger | null;
  /** Those of the batches that need not be known to be void afterwards. */
  readonly forgets: readonly number[];
}

/** So many states on, a mark is forgotten. */
const MARKS = 16;

export const firstState: StoreState = {
  number: 0,
  schema: 0,
  shards: 1,
  marks: [],
  revision: 0,
  changes: 0,
  losses: 0,
  lastBatch: 0,
  lastContent: 0,
  open: [],
  void: [],
  forgotten: 0,
  unswept: [],
  removals: [],
  sweep: null,
  catalogues: {},
  condensed: null,
  months: [],
};

/** What changes from a state to the next. */
export type StateChange = Partial<Omit<StoreState, 'number' | 'marks'>>;

export function stateAfter(state: StoreState, change: StateChange, mark: string): StoreState {
  const marks = [...state.marks, mark].slice(-MARKS);
  return { ...state, ...change, number: state.number + 1, marks };
}

/** Numbers that are so far behind that nobody asks for their marks any more. */
export function isOldNumber(number: number, state: StoreState): boolean {
  return number < state.number - MARKS;
}

/** Batches that do not count and never will. */
export function voidBatches({ void: gone }: Pick<StoreState, 'void'>): number[] {
  return gone.flatMap(({ batches }) => batches);
}

/** Batches that do not count yet. */
export function openBatches({ open }: Pick<StoreState, 'open'>): number[] {
  return open.map(({ batch }) => batch);
}

/** The condition that lets through the rows of batches that count, for any of the tables. */
export function inCountedBatches(state: Pick<StoreState, 'lastBatch' | 'open' | 'void'>): string {
  return batchesUpTo(state.lastBatch, [...voidBatches(state), ...openBatches(state)]);
}

/** The condition that lets through the rows of the usage table that count. */
export function inCountedUsage(state: StoreState): string {
  return [inCountedBatches(state), ...state.removals.map((removal) => `NOT (${isRemoved(removal)})`)].join(' AND ');
}

/** The condition that lets through what was removed. */
export function isRemoved({ lastBatch, except, where }: Removal): string {
  return `${batchesUpTo(lastBatch, except)} AND (${where})`;
}

function batchesUpTo(last: number, except: readonly number[]): string {
  const upTo = `batch BETWEEN 1 AND ${last}`;
  return except.length === 0 ? upTo : `${upTo} AND NOT (${inBatches(except)})`;
}

const SIGN = 'modtally:';

/** A state as a text of letters, digits, `_`, `-` and a colon. */
export function writeState(state: StoreState): string {
  return SIGN + deflateRawSync(JSON.stringify(state, numbersToSteps)).toString('base64url');
}

/** The state that a text holds, whatever stands around it; null where there is none. */
export function readState(told: string): StoreState | null {
  const written = new RegExp(`${SIGN}([\\w-]+)`).exec(told)?.[1];
  if (written === undefined) return null;
  const text = inflateRawSync(Buffer.from(written, 'base64url')).toString();
  const state: StoreState = JSON.parse(text, stepsToNumbers);
  return state;
}
