import { compareText } from '../core/compare-text.ts';
import { escapeLike } from '../core/like-pattern.ts';
import type { SiteZone } from '../core/site-zone.ts';
import type { Dimension, Measure, UsageFilter, UsageQuery, UsageRow } from '../core/usage-query.ts';
import type { Store } from '../store/store.ts';
import type { PublicCell, PublicCells } from './public-cells.ts';
import { restrictStore } from './restrict-store.ts';

/**
 * A store that has nothing but the cells of the public: packages stand for modules, numbers for users, and the first
 * second of a month for all of its loads. It knows how many months a user was there, and not how often.
 */
export function publicStore(store: Store, { cells, months }: PublicCells, zone: SiteZone): Store {
  const first = months[0]?.start ?? 0;
  const last = (months.at(-1)?.end ?? 1) - 1;

  async function select<D extends Dimension, M extends Measure>({
    by,
    measures,
    filter,
  }: UsageQuery<D, M>): Promise<UsageRow<D, M>[]> {
    const groups = new Map<
      string,
      { readonly fields: Record<string, unknown>; readonly cells: PublicCell[]; users: Set<number> }
    >();
    for (const cell of cells.filter(isWantedBy(filter))) {
      for (const user of (by as readonly Dimension[]).includes('user') ? cell.users : [null]) {
        const fields = Object.fromEntries(by.map((name) => [name, dimensionOf(name, cell, user, zone)]));
        const key = JSON.stringify(Object.values(fields));
        const group = groups.get(key) ?? { fields, cells: [], users: new Set() };
        groups.set(key, group);
        group.cells.push(cell);
        for (const one of user === null ? cell.users : [user]) group.users.add(one);
      }
    }
    return [...groups.values()].map(({ fields, cells: own, users }) => {
      const texts = (of: (cell: PublicCell) => string): string[] => [...new Set(own.map(of))].sort(compareText);
      const known: Readonly<Record<Measure, unknown>> = {
        users: users.size,
        loads: 0,
        direct: 0,
        dependency: 0,
        jobs: 0,
        // The store begins and ends with whole months, so that what is asked of it without a span is of whole ones, too.
        first: by.length === 0 ? first : Math.min(...own.map(({ month }) => month.start)),
        last: by.length === 0 ? last : Math.max(...own.map(({ month }) => month.end - 1)),
        syshosts: texts(({ syshost }) => syshost),
        modules: texts((cell) => cell.package),
        days: 0,
      };
      const values = Object.fromEntries(measures.map((name) => [name, known[name]]));
      return { ...fields, ...values } as UsageRow<D, M>;
    });
  }

  return restrictStore(store, {
    select,
    count: async (filter) => cells.filter(isWantedBy(filter)).length,
    readCatalogues: async () => [],
    readHistory: async () => [],
  });
}

/** Names, and not patterns: R and r are two. */
function isWantedBy({ modules = [], syshosts = [], start, end }: UsageFilter): (cell: PublicCell) => boolean {
  const isNamed = (names: readonly string[], name: string): boolean =>
    names.length === 0 || names.includes(escapeLike(name));
  return (cell) =>
    isNamed(modules, cell.package) &&
    isNamed(syshosts, cell.syshost) &&
    (start === undefined || cell.month.start >= start) &&
    (end === undefined || cell.month.start < end);
}

function dimensionOf(name: Dimension, cell: PublicCell, user: number | null, zone: SiteZone): unknown {
  const day = zone.dayOf(cell.month.start);
  switch (name) {
    case 'user':
      return String(user);
    case 'module':
    case 'path':
      return cell.package;
    case 'syshost':
      return cell.syshost;
    case 'group':
      return null;
    case 'month':
      return cell.month.name;
    case 'day':
    case 'week':
      return day;
  }
}
