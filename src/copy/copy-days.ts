import { AppError } from '../core/app-error.ts';
import { dayToIso } from '../core/calendar-day.ts';
import type { ImportRecord } from '../core/ledger.ts';
import { namesOfRow, pickRows } from '../core/pick-rows.ts';
import type { UsageBatch } from '../core/usage-batch.ts';
import type { Store, StoreImport } from '../store/store.ts';
import { type CopyMarks, type DayMark, type KnownSource, markDay, readMarks } from './copy-marks.ts';
import { digestOf, FiguresOfRows, figuresOn, readDayFigures } from './day-figures.ts';
import { cutIntoSlices } from './day-slices.ts';
import { HeldRows } from './held-rows.ts';
import type { PlannedDay } from './plan-copy.ts';

/** So many loads are copied in one transaction, if they are not all of one day. */
const LOADS_AT_ONCE = 2_000_000;

/** What was copied of some days. */
export interface CopiedDays {
  readonly loads: number;
  readonly rows: number;
  readonly newRows: number;
}

/**
 * Days that are copied in one transaction each: those that follow each other and are new to the target; one by one
 * those of which it has something already.
 * @param sourceDays all days of the source, in order
 */
export function cutIntoParts(days: readonly PlannedDay[], sourceDays: Iterable<number>): PlannedDay[][] {
  const planned = new Map(days.map((day) => [day.day, day]));
  const parts: PlannedDay[][] = [];
  let part: PlannedDay[] = [];
  let loads = 0;
  const end = (): void => {
    if (part.length > 0) parts.push(part);
    part = [];
    loads = 0;
  };
  for (const day of sourceDays) {
    const next = planned.get(day);
    const isNew = next !== undefined && next.before === null;
    if (!isNew || loads + next.loads > LOADS_AT_ONCE) end();
    if (next === undefined) continue;
    part.push(next);
    loads += next.loads;
    if (!isNew) end();
  }
  end();
  return parts;
}

/**
 * Copies the rows of some days, and marks them as copied, in one transaction. Meanwhile the source may get more of
 * them: the mark tells what was read.
 * @returns 'conflict' where somebody else has come to one of these days since they were planned
 * @throws AppError COPY_UNCLEAR where the source no longer has what was copied before
 */
export async function copyDays(
  source: Store,
  target: Store,
  days: readonly PlannedDay[],
  { record, identity }: { readonly record: ImportRecord; readonly identity: KnownSource },
): Promise<CopiedDays | 'conflict'> {
  const storeImport = await target.openImport();
  try {
    const figures = new FiguresOfRows();
    const [first] = days;
    const rows =
      first === undefined || first.before === null
        ? await addAllRows(source, days, storeImport, figures)
        : await addMissingRows(source, target, { ...first, before: first.before }, storeImport, figures);
    if (rows === 'conflict') return 'conflict';
    if (storeImport.cut > 0) throw isTooNarrow(target, storeImport.cut);
    const copied = figures.byDay();
    const marks = days.map(({ day, isMerged, before }) =>
      markDay(identity, day, { digest: digestOf(copied.get(day) ?? []), isMerged, before }),
    );
    // Other imports come in between as they like, but none may come between the last look at the target and the commit.
    while (true) {
      const { revision, entries } = await target.readLedger();
      if (!(await isAsPlanned(target, days, readMarks(entries, identity)))) return 'conflict';
      const result = await storeImport.commit(record, marks, revision, 'any');
      if (result === 'conflict') continue;
      return { loads: days.reduce((sum, { loads }) => sum + loads, 0), rows, newRows: result.newRows };
    }
  } finally {
    await storeImport.close();
  }
}

/** Whether the target still has of some days what it had when they were planned, and nobody has copied them. */
async function isAsPlanned(target: Store, days: readonly PlannedDay[], marks: CopyMarks): Promise<boolean> {
  const syshosts = [...new Set(days.flatMap((planned) => planned.syshosts))];
  const figures = await readDayFigures(target, { days: spanOf(days), exact: { syshosts } });
  return days.every(
    ({ day, syshosts, held, before }) =>
      marks.days.get(day)?.id === before?.id && digestOf(figuresOn(figures, day, syshosts)) === held,
  );
}

/** From the first of some days until behind the last. */
function spanOf(days: readonly PlannedDay[]): readonly [number, number] {
  return [days[0]?.day ?? 0, (days.at(-1)?.day ?? 0) + 1];
}

/** Names that were cut could not be told from others by the next copy. */
function isTooNarrow(target: Store, cut: number): AppError {
  return new AppError('COPY_UNCLEAR', `${target.name}: ${cut} names are too long for its columns`, {
    hint: 'Nothing of these days was copied. Copy into a store that modtally makes itself.',
  });
}

/** @returns the number of rows */
async function addAllRows(
  source: Store,
  days: readonly PlannedDay[],
  storeImport: StoreImport,
  figures: FiguresOfRows,
): Promise<number> {
  const pickPlanned = createPicker(days);
  let rows = 0;
  await source.readRows({ days: spanOf(days) }, async (batches) => {
    for await (const batch of batches) {
      const planned = pickPlanned(batch);
      figures.add(planned);
      rows += planned.length;
      await storeImport.add(planned, 0);
    }
  });
  return rows;
}

/**
 * Adds what the target lacks of a day. It is read in slices, so that memory does not grow with it.
 * @returns the number of rows; 'conflict' where what the target has is not what was copied before
 */
async function addMissingRows(
  source: Store,
  target: Store,
  planned: PlannedDay & { readonly before: DayMark },
  storeImport: StoreImport,
  figures: FiguresOfRows,
): Promise<number | 'conflict'> {
  const { day, syshosts, before } = planned;
  const hasLost = new AppError(
    'COPY_UNCLEAR',
    `${source.name} has lost usage of ${dayToIso(day)} since it was copied`,
    {
      hint: `Nothing of that day was copied. Import what is new into ${target.name} itself: it knows the logs whose loads were copied.`,
    },
  );
  const filter = { days: [day, day + 1] as const, exact: { syshosts } };
  const held = new HeldRows();
  const figuresHeld = new FiguresOfRows();
  let isLess = false;
  let rows = 0;
  for (const slice of await cutIntoSlices(source, target, filter)) {
    await target.readRows(slice.filter, async (batches) => {
      for await (const batch of batches) {
        const own = slice.pick(batch);
        figuresHeld.add(own);
        held.add(own);
      }
    });
    await source.readRows(slice.filter, async (batches) => {
      for await (const batch of batches) {
        const own = slice.pick(batch);
        figures.add(own);
        const missing = held.takeMissing(own);
        isLess ||= missing === null;
        if (missing === null) return;
        rows += missing.length;
        await storeImport.add(missing, 0);
      }
    });
    if (isLess || !held.isEmpty) {
      const now = (await readDayFigures(target, filter)).get(day) ?? [];
      if (digestOf(now) !== before.digest) return 'conflict';
      throw hasLost;
    }
  }
  // Else somebody has added to it since the copy was planned.
  return digestOf(figuresHeld.byDay().get(day) ?? []) === before.digest ? rows : 'conflict';
}

/** Picks the rows that are of the planned days and clusters: meanwhile a source may get more of both. */
function createPicker(days: readonly PlannedDay[]): (batch: UsageBatch) => UsageBatch {
  const syshosts = new Map(days.map((planned) => [planned.day, new Set(planned.syshosts)]));
  return (batch) =>
    pickRows(
      batch,
      (row) => syshosts.get(batch.day[row] ?? 0)?.has(namesOfRow(batch, row).modulefile.syshost) === true,
    );
}
