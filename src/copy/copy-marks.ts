import { createHash } from 'node:crypto';
import { dayToIso } from '../core/calendar-day.ts';
import type { ContentPrint, LedgerChange, LedgerEntry, PastImport } from '../core/ledger.ts';

/**
 * What a store remembers of copies into it, in its ledger, so that a mark is committed together with what it tells of.
 * A mark has a content without a line, which no file can begin like.
 */
export interface CopyMarks {
  /** By day number. */
  readonly days: ReadonlyMap<number, DayMark>;
  /** Null where the source's ledger has not been copied yet. */
  readonly ledger: LedgerMark | null;
}

/** A day of the source is in. */
export interface DayMark {
  /** The entry in the ledger. */
  readonly id: number;
  /** The source's figures of the day when it was copied, see `digestOf`. */
  readonly digest: string;
  /** Whether it was added to usage that the store had of its own. */
  readonly isMerged: boolean;
}

/** The source's ledger is in, with so many imports of its history. */
export interface LedgerMark {
  readonly id: number;
  readonly revision: number;
  readonly imports: number;
}

const SIGN = 'copy:';
const emptyPrint: ContentPrint = {
  length: 0,
  lines: 0,
  digest: '0'.repeat(16),
  headLines: new Uint32Array(),
  blocks: new Uint32Array(),
};

/** Whether an entry of a ledger is a mark, and no content. */
export function isMark({ stamp }: LedgerEntry): boolean {
  return stamp?.startsWith(SIGN) === true;
}

/** A source as its marks know it again. */
export interface KnownSource {
  readonly name: string;
  /** The beginnings of its marks: of those that are made now, and of such as may have been made before. */
  readonly signs: readonly [now: string, ...before: string[]];
}

/**
 * A source is known by its first import: other sites' stores may bear the same name, and the same store another one
 * tomorrow. Until it has one, as a database that only Lmod's scripts write to, by its name.
 */
export function identifySource(name: string, [first]: readonly PastImport[]): KnownSource {
  const ofName = signOf(name);
  if (first === undefined) return { name, signs: [ofName] };
  const { startedAt, zone, files, lines, loads, ignored, skipped, rejected, already, newRows } = first;
  const counts = [startedAt, files, lines, loads, ignored, skipped, rejected, already, newRows];
  return { name, signs: [signOf(JSON.stringify([zone, ...counts])), ofName] };
}

/** The marks of copies from one source. */
export function readMarks(entries: readonly LedgerEntry[], { signs }: KnownSource): CopyMarks {
  const days = new Map<number, DayMark>();
  let ledger: LedgerMark | null = null;
  for (const { id, stamp } of entries) {
    const sign = signs.find((known) => stamp?.startsWith(known));
    if (stamp === null || sign === undefined) continue;
    const [kind, one, other, digest] = stamp.slice(sign.length).split(':');
    if (kind === 'ledger') ledger = { id, revision: Number(one), imports: Number(other) };
    else days.set(Number(one), { id, isMerged: other === 'merged', digest: digest ?? '' });
  }
  return { days, ledger };
}

/** The mark of a day, which takes the place of the one before. Of two copies at once into a day, one has to begin anew. */
export function markDay(
  { name, signs: [sign] }: KnownSource,
  day: number,
  { digest, isMerged, before }: Omit<DayMark, 'id'> & { readonly before: DayMark | null },
): LedgerChange {
  return mark(before, {
    firstLine: day,
    name: `${dayToIso(day)} of ${name}`,
    stamp: `${sign}day:${day}:${isMerged ? 'merged' : 'whole'}:${digest}`,
  });
}

/** The mark of a ledger and a history, which takes the place of the one before. */
export function markLedger(
  { name, signs: [sign] }: KnownSource,
  { revision, imports, before }: Omit<LedgerMark, 'id'> & { readonly before: LedgerMark | null },
): LedgerChange {
  return mark(before, {
    firstLine: 0,
    name: `ledger of ${name}`,
    stamp: `${sign}ledger:${revision}:${imports}`,
  });
}

function mark(
  before: { readonly id: number } | null,
  change: Pick<LedgerChange, 'firstLine' | 'name' | 'stamp'>,
): LedgerChange {
  return { ...change, id: before?.id ?? null, tailWaits: false, print: before === null ? emptyPrint : null };
}

function signOf(text: string): string {
  return `${SIGN}${createHash('sha256').update(text).digest('hex').slice(0, 16)}:`;
}
