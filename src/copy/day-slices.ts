import { namesOfRow, pickRows } from '../core/pick-rows.ts';
import type { UsageBatch } from '../core/usage-batch.ts';
import type { UsageFilter } from '../core/usage-query.ts';
import type { Store } from '../store/store.ts';

/** Rows of the target that are held at once, to see which of the source's it lacks. */
const ROWS_HELD = 500_000;

/** A part of a day, small enough to be held: some users, or a part of the rows of one. */
export interface DaySlice {
  readonly filter: UsageFilter;
  /** Of the rows that the filter lets through, those of the slice. */
  pick(batch: UsageBatch): UsageBatch;
}

/**
 * Cuts what both stores have of a day, so that of no slice the target has too much to be held. The filters take it
 * apart, and each row is handed out once; only those of a user who alone has too many, once for each of their parts.
 */
export async function cutIntoSlices(source: Store, target: Store, filter: UsageFilter): Promise<DaySlice[]> {
  if ((await target.count(filter)) <= ROWS_HELD) return [{ filter, pick: (batch) => batch }];
  const query = { by: ['user'], measures: ['loads'], filter } as const;
  const loadsHeld = new Map((await source.select(query)).map(({ user }) => [user, 0]));
  for (const { user, loads } of await target.select(query)) loadsHeld.set(user, loads);

  const slices: DaySlice[] = [];
  let users: string[] = [];
  let sum = 0;
  const end = (): void => {
    const parts = Math.ceil(sum / ROWS_HELD) || 1;
    const ofUsers = { ...filter, exact: { ...filter.exact, users } };
    for (let part = 0; part < parts && users.length > 0; part++) {
      const pick = (batch: UsageBatch): UsageBatch => pickRows(batch, (row) => partOf(batch, row, parts) === part);
      slices.push({ filter: ofUsers, pick });
    }
    users = [];
    sum = 0;
  };
  for (const [user, loads] of loadsHeld) {
    // A row has a load at least.
    if (sum + loads > ROWS_HELD) end();
    users.push(user);
    sum += loads;
  }
  end();
  return slices;
}

/** Which of several parts a row is of, by what both stores say of it alike: FNV-1a over path and, of a load, its time. */
function partOf(batch: UsageBatch, row: number, parts: number): number {
  const { path } = namesOfRow(batch, row).modulefile;
  const text = batch.detail === null ? path : `${path} ${batch.first[row]} ${batch.detail.host[row]}`;
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0) % parts;
}
