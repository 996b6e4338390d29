import { groupBy } from '../core/group-by.ts';
import type { PackageRule } from '../core/module-name.ts';
import type { SiteZone } from '../core/site-zone.ts';
import type { Store } from '../store/store.ts';
import { listMonths, type WholeMonth } from './whole-months.ts';

/** Who has loaded a package on a cluster in a month: the smallest thing that the public can ask for. */
export interface PublicCell {
  readonly package: string;
  readonly syshost: string;
  readonly month: WholeMonth;
  /** Users by numbers that mean nothing elsewhere, each once; never fewer than the least. */
  readonly users: Uint32Array;
}

/** What the public may ask about, and the months it is of. */
export interface PublicCells {
  readonly cells: readonly PublicCell[];
  /** Calendar months that are over, in order, each once, also those without a cell. */
  readonly months: readonly WholeMonth[];
}

/** Months that the public can look back. */
const MONTHS = 36;
/** Seconds after the end of a month by which its last logs are in: from then on its figures stay what they are. */
const SETTLED_AFTER = 3 * 86_400;

/**
 * Reads the cells that enough people share. The others are dropped here, before anything is added up, and so are in no
 * total: whatever the public is told depends on them only in that they are too small. A month that may still grow is
 * left out, as its figures of two days would tell who came in between.
 * @param now seconds since 1970 UTC
 */
export async function readPublicCells(
  store: Store,
  options: {
    readonly leastUsers: number;
    readonly packageOf: PackageRule;
    readonly zone: SiteZone;
    readonly now: number;
  },
): Promise<PublicCells> {
  const { leastUsers, packageOf, zone, now } = options;
  const [extent] = await store.select({ by: [], measures: ['first', 'last'], filter: { end: now + 1 } });
  if (extent === undefined) return { cells: [], months: [] };
  const months = listMonths(extent.first, extent.last, zone)
    .filter(({ end }) => end + SETTLED_AFTER <= now)
    .slice(-MONTHS);
  const numbers = new Map<string, number>();
  const numberOf = (user: string): number => {
    const known = numbers.get(user);
    if (known !== undefined) return known;
    numbers.set(user, numbers.size);
    return numbers.size - 1;
  };
  const cells: PublicCell[] = [];
  for (const month of months) {
    const filter = { start: month.start, end: month.end };
    const uses = await store.select({ by: ['module', 'syshost', 'user'], measures: [], filter });
    for (const [name, ofPackage] of groupBy(uses, ({ module }) => packageOf(module).package)) {
      for (const [syshost, ofCell] of groupBy(ofPackage, (use) => use.syshost)) {
        const users = new Set(ofCell.map(({ user }) => user));
        if (users.size < leastUsers) continue;
        cells.push({ package: name, syshost, month, users: Uint32Array.from(users, numberOf) });
      }
    }
  }
  return { cells, months };
}
