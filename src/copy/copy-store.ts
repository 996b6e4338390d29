import { AppError } from '../core/app-error.ts';
import type { ImportRecord, LedgerEntry } from '../core/ledger.ts';
import type { Store } from '../store/store.ts';
import { copyCatalogues, missingSnapshots } from './copy-catalogues.ts';
import { copyDays, cutIntoParts } from './copy-days.ts';
import { copyLedger, type SourceLedger, shapeOf } from './copy-ledger.ts';
import { type CopyMarks, identifySource, isMark, type KnownSource, readMarks } from './copy-marks.ts';
import { filterOf, readDayFigures } from './day-figures.ts';
import { type CopyPlan, planCopy } from './plan-copy.ts';

export interface CopyOptions {
  /** Whether usage that the target has of its own is known to be of other loads, and may be added to. */
  readonly mayMerge: boolean;
  /** Whether it is only told what would be copied. */
  readonly isDry: boolean;
  /** The zone by which the source's days were counted. */
  readonly zone: string;
  /** Seconds since 1970 UTC. */
  readonly now: number;
  /** Called after each transaction with the loads that were copied, and those that are still to come. */
  readonly onProgress: (copied: number, toCome: number) => void;
}

/** What was copied, or in a dry run what would be. */
export interface CopyAccount {
  /** Days that were copied, and those that were in already. */
  readonly days: number;
  readonly already: number;
  /** All loads of the days that were copied. */
  readonly loads: number;
  /** Rows that went over, and how many of them the target had nothing of; a dry run cannot tell. */
  readonly rows: number;
  readonly newRows: number;
  /** Contents in the ledger, imports in the history, snapshots in the catalogue. */
  readonly contents: number;
  readonly imports: number;
  readonly snapshots: number;
  /** Whether the source was getting more to the last, so that something is left to the next copy. */
  readonly isBehind: boolean;
}

/** So often what a source has got meanwhile is copied, too; there are sources that always get more. */
const ROUNDS = 5;

/**
 * Copies everything that a store holds into another one, each row once, however often it is called and wherever it is
 * killed. First the rows, some days in each transaction; where the source has got more meanwhile, what is new; and at
 * last the ledger as it was before those rows were read: the target never knows of a log whose loads it lacks.
 * @throws AppError COPY_UNCLEAR
 */
export async function copyStore(source: Store, target: Store, options: CopyOptions): Promise<CopyAccount> {
  const record = { ...noLines, startedAt: options.now, zone: options.zone };
  const counts = { days: 0, already: 0, loads: 0, rows: 0, newRows: 0, contents: 0, imports: 0, snapshots: 0 };
  const total = { ...counts, isBehind: false };
  for (let round = 1; ; round++) {
    const ledger = { ...(await source.readLedger()), history: await source.readHistory() };
    const identity = identifySource(source.name, ledger.history);
    const plan = await makePlan(source, target, { entries: ledger.entries, identity }, options);
    if (round === 1) total.already = plan.already;
    if (options.isDry) return { ...total, ...(await expectOf(plan, source, target, ledger)) };

    let loadsToCome = plan.days.reduce((sum, { loads }) => sum + loads, 0);
    let isOvertaken = false;
    for (const part of cutIntoParts(plan.days, plan.sourceDays)) {
      const copied = await copyDays(source, target, part, { record, identity });
      isOvertaken = copied === 'conflict';
      if (copied === 'conflict') break;
      loadsToCome -= copied.loads;
      total.days += part.length;
      total.loads += copied.loads;
      total.rows += copied.rows;
      total.newRows += copied.newRows;
      options.onProgress(total.loads, loadsToCome);
    }
    if (isOvertaken) continue;
    total.isBehind = (await source.readLedger()).revision !== ledger.revision;
    if (total.isBehind && round < ROUNDS) continue;
    if (plan.marks.ledger?.revision !== ledger.revision) {
      const copied = await copyLedger(source, target, ledger, record);
      total.contents += copied.contents;
      total.imports += copied.imports;
      total.isBehind ||= !copied.isWhole;
      if (!copied.isWhole && round < ROUNDS) continue;
    }
    total.snapshots = await copyCatalogues(source, target);
    return total;
  }
}

/** A copy reads no lines. */
const noLines: Omit<ImportRecord, 'startedAt' | 'zone'> = {
  files: 0,
  lines: 0,
  loads: 0,
  ignored: 0,
  skipped: 0,
  rejected: 0,
  already: 0,
};

/** What is to be copied, and by which state of the target that is known. */
interface Plan extends CopyPlan {
  readonly sourceDays: readonly number[];
  readonly marks: CopyMarks;
  readonly known: readonly LedgerEntry[];
}

async function makePlan(
  source: Store,
  target: Store,
  { entries, identity }: { readonly entries: readonly LedgerEntry[]; readonly identity: KnownSource },
  { mayMerge, isDry }: CopyOptions,
): Promise<Plan> {
  const sourceFigures = await readDayFigures(source);
  const { entries: known } = await (isDry ? ifThere(target.readLedger(), noLedger) : target.readLedger());
  const ofTarget = readDayFigures(target, filterOf(sourceFigures));
  const targetFigures = await (isDry ? ifThere(ofTarget, new Map()) : ofTarget);
  const marks = readMarks(known, identity);
  const names = { source: source.name, target: target.name };
  const plan = planCopy({ ...names, sourceFigures, targetFigures, marks, mayMerge });
  if (plan.days.some(({ isMerged }) => isMerged)) refuseCommonContents(names, entries, known);
  return { ...plan, sourceDays: [...sourceFigures.keys()], marks, known };
}

const noLedger: Awaited<ReturnType<Store['readLedger']>> = { revision: 0, entries: [] };

/** What a store answers, or what one that is not there holds. */
async function ifThere<T>(answer: Promise<T>, nothing: T): Promise<T> {
  return answer.catch((error) => {
    if (error instanceof AppError && error.code === 'STORE_MISSING') return nothing;
    throw error;
  });
}

/** Where both stores have imported the same logs, they do not have usage of other loads. */
function refuseCommonContents(
  { source, target }: { readonly source: string; readonly target: string },
  entries: readonly LedgerEntry[],
  known: readonly LedgerEntry[],
): void {
  const shapes = new Set(known.map(shapeOf));
  const common = entries.filter((entry) => !isMark(entry) && shapes.has(shapeOf(entry)));
  const [first] = common;
  if (first === undefined) return;
  throw new AppError(
    'COPY_UNCLEAR',
    `${common.length} logs were imported into both ${source} and ${target}, such as ${first.name}`,
    { hint: 'Nothing of these days was copied: their loads would be there twice. Copy into another store.' },
  );
}

/** What a plan comes to, in a dry run. */
async function expectOf(
  { days, marks, known }: Plan,
  source: Store,
  target: Store,
  { entries, history }: SourceLedger,
): Promise<Pick<CopyAccount, 'days' | 'loads' | 'contents' | 'imports' | 'snapshots'>> {
  const shapes = new Set(known.map(shapeOf));
  const catalogues = await ifThere(target.readCatalogues(), []);
  return {
    days: days.length,
    loads: days.reduce((sum, { loads }) => sum + loads, 0),
    contents: entries.filter((entry) => !isMark(entry) && !shapes.has(shapeOf(entry))).length,
    imports: history.length - (marks.ledger?.imports ?? 0),
    snapshots: missingSnapshots(await source.readCatalogues(), catalogues).length,
  };
}
