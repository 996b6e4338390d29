import type { ContentPrint, ImportRecord, LedgerChange, LedgerEntry, PastImport } from '../core/ledger.ts';
import type { Store } from '../store/store.ts';
import { identifySource, isMark, markLedger, readMarks } from './copy-marks.ts';

/** Prints that are held at once; that of a file of a gigabyte has 260 kB. */
const ENTRIES_AT_ONCE = 100;

/** What is to be copied, all of it as it was at one moment. */
export interface SourceLedger {
  readonly revision: number;
  readonly entries: readonly LedgerEntry[];
  readonly history: readonly PastImport[];
}

/**
 * Copies ledger and history, once the rows of every import in them are there: from then on, imports into the target
 * know what was imported into the source. Contents that have grown since are left to the next copy.
 * @returns the number of contents and imports that the target did not have, and whether all contents are as they were
 */
export async function copyLedger(
  source: Store,
  target: Store,
  { revision, entries, history }: SourceLedger,
  record: ImportRecord,
): Promise<{ contents: number; imports: number; isWhole: boolean }> {
  const contents = entries.filter((entry) => !isMark(entry));
  let copied = 0;
  let isWhole = true;
  for (let from = 0; from < contents.length; from += ENTRIES_AT_ONCE) {
    const some = contents.slice(from, from + ENTRIES_AT_ONCE);
    const prints = await source.readPrints(some.map(({ id }) => id));
    const same = some.filter(({ id, length }) => prints.get(id)?.length === length);
    isWhole &&= same.length === some.length;
    copied += await commitAnew(target, record, async (known) => missingContents(target, known, same, prints));
  }
  const imports = { count: 0 };
  const identity = identifySource(source.name, history);
  await commitAnew(target, record, async (known) => {
    const before = readMarks(known, identity).ledger;
    const past = history.slice(before?.imports ?? 0);
    imports.count = past.length;
    return { changes: [markLedger(identity, { revision, imports: history.length, before })], past };
  });
  return { contents: copied, imports: imports.count, isWhole };
}

/** What a commit brings: changes of the ledger, and imports of the past. */
interface Additions {
  readonly changes: readonly LedgerChange[];
  readonly past: readonly PastImport[];
}

/**
 * Commits what the target's ledger lacks, and begins anew where another import comes in between.
 * @returns the number of changes
 */
async function commitAnew(
  target: Store,
  record: ImportRecord,
  find: (known: readonly LedgerEntry[]) => Promise<Additions>,
): Promise<number> {
  while (true) {
    const { revision, entries } = await target.readLedger();
    const { changes, past } = await find(entries);
    if (changes.length === 0) return 0;
    const storeImport = await target.openImport();
    try {
      if ((await storeImport.commit({ ...record, past }, changes, revision)) !== 'conflict') return changes.length;
    } finally {
      await storeImport.close();
    }
  }
}

/** Of some contents of the source those that the target does not know, whatever it calls them. */
async function missingContents(
  target: Store,
  known: readonly LedgerEntry[],
  entries: readonly LedgerEntry[],
  prints: ReadonlyMap<number, ContentPrint>,
): Promise<Additions> {
  const shapes = new Set(entries.map(shapeOf));
  const alike = known.filter((entry) => shapes.has(shapeOf(entry))).map(({ id }) => id);
  const digests = new Set<string>();
  for (let from = 0; from < alike.length; from += ENTRIES_AT_ONCE) {
    const some = await target.readPrints(alike.slice(from, from + ENTRIES_AT_ONCE));
    for (const { length, digest } of some.values()) digests.add(`${length} ${digest}`);
  }
  const changes = entries.flatMap(({ id, firstLine, name, stamp, tailWaits }): LedgerChange[] => {
    const print = prints.get(id);
    if (print === undefined || digests.has(`${print.length} ${print.digest}`)) return [];
    return [{ id: null, firstLine, name, stamp, tailWaits, print }];
  });
  return { changes, past: [] };
}

/** What two entries of the same content have in common, and hardly any others. */
export function shapeOf({ firstLine, length, lines }: LedgerEntry): string {
  return `${firstLine} ${length} ${lines}`;
}
