import { dayMonthsBefore } from '../core/calendar-day.ts';
import { type SiteZone, startOfDay } from '../core/site-zone.ts';
import type { UsageFilter } from '../core/usage-query.ts';
import { openStore } from '../store/open-store.ts';
import type { Settings } from './settings.ts';
import { UsageArchive } from './usage-archive.ts';

/**
 * The instant before which usage goes so that some calendar months are kept: the beginning of the day that many
 * months ago, in the site's zone; a day that the month lacks is its last.
 * @param now seconds since 1970 UTC
 */
export function endOfKeeping(months: number, zone: SiteZone, now: number): number {
  return startOfDay(zone, dayMonthsBefore(zone.dayOf(now), months));
}

export interface PruneRequest {
  readonly settings: Settings;
  /** Usage before `end` goes; an archive needs it to be all of that. */
  readonly filter: UsageFilter & { readonly end: number };
  /** A folder that what goes is written to first; null for none. */
  readonly archive: string | null;
  /** Asked with the number of rows before they go; where it says no, nothing is removed. */
  readonly confirm: (rows: number) => Promise<boolean>;
}

/** What a prune did. */
export interface PruneReport {
  /** Null where it was not confirmed. */
  readonly removed: number | null;
  /** The files in which the removed rows are. */
  readonly archived: readonly string[];
  /** The store's name. */
  readonly store: string;
}

/**
 * Removes usage from the store that the settings name.
 * @throws AppError
 */
export async function runPrune({ settings, filter, archive, confirm }: PruneRequest): Promise<PruneReport> {
  const store = await openStore(settings.store, { waitMs: settings.waitMs, zone: settings.zone });
  try {
    if (!(await confirm(await store.count(filter)))) return { removed: null, archived: [], store: store.name };
    if (archive === null) return { removed: await store.remove(filter), archived: [], store: store.name };
    const files = new UsageArchive(archive, store.name, filter.end);
    const removed = await store.remove(filter, (rows) => files.take(rows));
    return { removed, archived: await files.complete(), store: store.name };
  } finally {
    await store.close();
  }
}
