import { dayFromDate, dayMonthsBefore, dayToIso } from '../core/calendar-day.ts';
import { compareText } from '../core/compare-text.ts';
import { groupBy } from '../core/group-by.ts';
import type { ResultTable } from '../core/result-table.ts';
import { type SiteZone, startOfDay } from '../core/site-zone.ts';
import type { DatabaseDay, LmodDatabase } from '../source/lmod-database.ts';
import type { Store } from '../store/store.ts';

/** Two databases, compared by month, cluster and path. */
export interface Comparison {
  readonly isEqual: boolean;
  /** A row a month and cluster; users, paths and uses (user x module x path x day) of both. */
  readonly months: ResultTable;
  /** A row for each month, cluster and path in which they differ. */
  readonly differences: ResultTable;
  readonly uses: number;
}

/** Who used a path of a cluster in a month: each use `user\0module\0date` with the side or sides it is on. */
type Uses = Map<string, Side>;
type Side = 1 | 2 | 3;
const IN_SOURCE = 1;
const IN_STORE = 2;

/**
 * Compares a source database with a store for the months of some days. The source is asked in its own SQL, not by
 * the way its rows took into the store, and every single use is compared, not only their number.
 * @throws AppError
 */
export async function compareMonths(
  source: LmodDatabase,
  store: Store,
  days: readonly DatabaseDay[],
  zone: SiteZone,
): Promise<Comparison> {
  const months: ResultTable['rows'][number][] = [];
  const differences: ResultTable['rows'][number][] = [];
  let uses = 0;
  for (const [month, ofMonth] of groupBy(days, ({ date }) => date.slice(0, 7))) {
    const paths = await readMonth(source, store, ofMonth, zone);
    for (const [syshost, ofCluster] of groupBy(paths, ([key]) => key.split('\0', 1)[0] ?? '')) {
      const count = new SideCount();
      for (const [key, ofPath] of ofCluster) {
        const path = key.slice(key.indexOf('\0') + 1);
        const countOfPath = new SideCount();
        for (const [use, side] of ofPath) {
          const user = use.split('\0', 1)[0] ?? '';
          countOfPath.add(path, user, side);
          count.add(path, user, side);
        }
        uses += ofPath.size;
        if (countOfPath.differing > 0) differences.push([month, syshost, path, ...countOfPath.usersAndUses]);
      }
      months.push([
        month,
        syshost,
        ...count.paths,
        ...count.usersAndUses,
        count.differing === 0 ? 'equal' : 'DIFFERENT',
      ]);
    }
  }
  const byText = (one: readonly unknown[], other: readonly unknown[]): number =>
    compareText(one.slice(0, 3).join('\0'), other.slice(0, 3).join('\0'));
  return {
    isEqual: differences.length === 0,
    months: {
      columns: [monthColumn, syshostColumn, ...pathColumns, ...useColumns, verdictColumn],
      rows: months.sort(byText),
    },
    differences: { columns: [monthColumn, syshostColumn, pathColumn, ...useColumns], rows: differences.sort(byText) },
    uses,
  };
}

const monthColumn = { key: 'month', title: 'Month', kind: 'text' } as const;
const syshostColumn = { key: 'syshost', title: 'Syshost', kind: 'text' } as const;
const pathColumn = { key: 'path', title: 'Path', kind: 'text' } as const;
const verdictColumn = { key: 'verdict', title: 'Verdict', kind: 'text' } as const;
const pathColumns = [
  { key: 'source_paths', title: 'Paths', kind: 'number' },
  { key: 'store_paths', title: '= Paths', kind: 'number' },
] as const;
const useColumns = [
  { key: 'source_users', title: 'Users', kind: 'number' },
  { key: 'store_users', title: '= Users', kind: 'number' },
  { key: 'source_uses', title: 'Uses', kind: 'number' },
  { key: 'store_uses', title: '= Uses', kind: 'number' },
  { key: 'only_source', title: 'Missing', kind: 'number' },
  { key: 'only_store', title: 'Extra', kind: 'number' },
] as const;

/** The uses of a month, by cluster and path. */
async function readMonth(
  source: LmodDatabase,
  store: Store,
  days: readonly DatabaseDay[],
  zone: SiteZone,
): Promise<Map<string, Uses>> {
  const paths = new Map<string, Uses>();
  const note = (syshost: string, path: string, use: string, side: Side): void => {
    const key = `${syshost}\0${path}`;
    const uses = paths.get(key) ?? new Map<string, Side>();
    paths.set(key, uses);
    uses.set(use, ((uses.get(use) ?? 0) | side) as Side);
  };
  const [first, last] = [days[0]?.date ?? '', days.at(-1)?.date ?? ''];
  const start = monthStart(first, 0);
  const end = monthStart(last, 1);
  for await (const { user, syshost, module, path, date } of source.distinctUses(isoOrNull(start), isoOrNull(end))) {
    note(syshost, path, `${user}\0${module}\0${date}`, IN_SOURCE);
  }
  const rows = await store.select({
    by: ['syshost', 'path', 'user', 'module', 'day'],
    measures: [],
    filter: {
      ...(start === null ? {} : { start: startOfDay(zone, start) }),
      ...(end === null ? {} : { end: startOfDay(zone, end) }),
    },
  });
  for (const { syshost, path, user, module, day } of rows) {
    note(syshost, path, `${user}\0${module}\0${dayToIso(day)}`, IN_STORE);
  }
  return paths;
}

function monthStart(date: string, monthsLater: number): number | null {
  const first = dayFromDate(Number(date.slice(0, 4)), Number(date.slice(5, 7)), 1);
  return first === null ? null : dayMonthsBefore(first, -monthsLater);
}

function isoOrNull(day: number | null): string | null {
  return day === null ? null : dayToIso(day);
}

/** Counts distinct paths and users, and uses, on both sides. */
class SideCount {
  differing = 0;
  readonly #paths: [Set<string>, Set<string>] = [new Set(), new Set()];
  readonly #users: [Set<string>, Set<string>] = [new Set(), new Set()];
  readonly #uses = [0, 0];
  #missing = 0;
  #extra = 0;

  add(path: string, user: string, side: Side): void {
    for (const index of [0, 1] as const) {
      if ((side & (index + 1)) === 0) continue;
      this.#paths[index].add(path);
      this.#users[index].add(user);
      this.#uses[index] = (this.#uses[index] ?? 0) + 1;
    }
    if (side === IN_SOURCE) this.#missing++;
    if (side === IN_STORE) this.#extra++;
    if (side !== (IN_SOURCE | IN_STORE)) this.differing++;
  }

  get paths(): number[] {
    return this.#paths.map((set) => set.size);
  }

  get usersAndUses(): number[] {
    const [ofSource, ofStore] = this.#users;
    return [ofSource.size, ofStore.size, this.#uses[0] ?? 0, this.#uses[1] ?? 0, this.#missing, this.#extra];
  }
}
