import { dayMonthsBefore } from '../core/calendar-day.ts';
import { type SiteZone, startOfDay } from '../core/site-zone.ts';
import type { UsageFilter } from '../core/usage-query.ts';
import { openStore } from '../store/open-store.ts';
import type { Settings } from './settings.ts';

/**
 * The instant before which usage goes so that some calendar months are kept: the beginning of the day that many
 * months ago, in the site's zone; a day that the month lacks is its last.
 * @param now seconds since 1970 UTC
 */
export function endOfKeeping(months: number, zone: SiteZone, now: number): number {
  return startOfDay(zone, dayMonthsBefore(zone.dayOf(now), months));
}

/**
 * Removes usage from the store that the settings name.
 * @param confirm asked with the number of rows before they go; where it says no, nothing is removed
 * @returns the number of rows removed, null where it was not confirmed; and the store's name
 * @throws AppError
 */
export async function runPrune(
  settings: Settings,
  filter: UsageFilter,
  confirm: (rows: number) => Promise<boolean>,
): Promise<{ removed: number | null; store: string }> {
  const store = await openStore(settings.store, { waitMs: settings.waitMs, zone: settings.zone });
  try {
    const isConfirmed = await confirm(await store.count(filter));
    return { removed: isConfirmed ? await store.remove(filter) : null, store: store.name };
  } finally {
    await store.close();
  }
}
