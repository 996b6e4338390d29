import { compareText } from '../../src/core/compare-text.ts';
import { compileLikeAny } from '../../src/core/like-pattern.ts';
import type { Load } from '../../src/core/load.ts';
import type { NamedRow } from '../../src/core/named-row.ts';
import { monthOfDay, type SiteZone } from '../../src/core/site-zone.ts';
import type { Dimension, Measure, UsageFilter, UsageQuery } from '../../src/core/usage-query.ts';
import type { ImportMode } from '../../src/ingest/usage-collector.ts';

/** A row of usage as a store would keep it, kept the simplest way there is. */
export type NaiveRow = { -readonly [field in keyof NamedRow]: NamedRow[field] };

/** What a store has to answer, worked out from the loads themselves without any cleverness. */
export class NaiveUsage {
  rows: NaiveRow[] = [];
  /** Those of them to which loads are added: a load that is a row of its own stays one. */
  readonly #tallies = new Set<NaiveRow>();
  readonly #zone: SiteZone;

  constructor(zone: SiteZone) {
    this.#zone = zone;
  }

  add(loads: readonly Load[], mode: ImportMode): void {
    const tallies = new Map<string, NaiveRow>();
    if (mode === 'tally') for (const row of this.rows) if (this.#tallies.has(row)) tallies.set(keyOf(row), row);
    for (const load of loads) {
      const seconds = Math.floor(load.timeUs / 1e6);
      const { user, module, path } = load;
      const row: NaiveRow = {
        user,
        module,
        path,
        syshost: load.syshost ?? 'unknown',
        day: this.#zone.dayOf(seconds),
        group: load.group,
        first: seconds,
        last: load.counts === null ? seconds : Math.floor(load.counts.lastUs / 1e6),
        loads: load.counts?.loads ?? 1,
        direct: load.counts?.direct ?? (load.direct === true ? 1 : 0),
        dependency: load.counts?.dependency ?? (load.direct === false ? 1 : 0),
        jobs: load.counts?.jobs ?? (load.jobid === null ? 0 : 1),
        host: mode === 'all' ? load.host : null,
        jobid: mode === 'all' ? load.jobid : null,
      };
      const known = mode === 'tally' ? tallies.get(keyOf(row)) : undefined;
      if (known === undefined) {
        this.rows.push(row);
        if (mode === 'tally') {
          this.#tallies.add(row);
          tallies.set(keyOf(row), row);
        }
        continue;
      }
      known.first = Math.min(known.first, row.first);
      known.last = Math.max(known.last, row.last);
      known.loads += row.loads;
      known.direct += row.direct;
      known.dependency += row.dependency;
      known.jobs += row.jobs;
      if (row.group !== null && (known.group === null || compareText(known.group, row.group) < 0))
        known.group = row.group;
    }
  }

  remove(filter: UsageFilter): number {
    const before = this.rows.length;
    const gone = new Set(this.select(filter));
    this.rows = this.rows.filter((row) => !gone.has(row));
    return before - this.rows.length;
  }

  answer({ by, measures, filter }: UsageQuery): Record<string, unknown>[] {
    const groups = new Map<string, NaiveRow[]>();
    for (const row of this.select(filter)) {
      const key = JSON.stringify(by.map((dimension) => dimensionOf(row, dimension)));
      groups.set(key, [...(groups.get(key) ?? []), row]);
    }
    return [...groups.values()].map((rows) => {
      const group: Record<string, unknown> = {};
      for (const dimension of by) group[dimension] = dimensionOf(rows[0] as NaiveRow, dimension);
      for (const measure of measures) group[measure] = measureOf(rows, measure);
      return group;
    });
  }

  /** The rows that a filter lets through. */
  select({
    users = [],
    modules = [],
    paths = [],
    syshosts = [],
    exact = {},
    start,
    end,
    days,
  }: UsageFilter): NaiveRow[] {
    const isOneOf = (names: readonly string[] | undefined, name: string): boolean =>
      names === undefined || names.length === 0 || names.includes(name);
    const isUser = compileLikeAny(users);
    const isModule = compileLikeAny(modules);
    const isPath = compileLikeAny(paths);
    const isSyshost = compileLikeAny(syshosts);
    return this.rows.filter(
      (row) =>
        isUser(row.user) &&
        isModule(row.module) &&
        isPath(row.path) &&
        isSyshost(row.syshost) &&
        isOneOf(exact.users, row.user) &&
        isOneOf(exact.modules, row.module) &&
        isOneOf(exact.paths, row.path) &&
        isOneOf(exact.syshosts, row.syshost) &&
        (start === undefined || row.first >= start) &&
        (end === undefined || row.first < end) &&
        (days === undefined || (row.day >= days[0] && row.day < days[1])),
    );
  }
}

/** Groups in an order of their own, so that two answers can be compared. */
export function sorted(groups: readonly object[]): object[] {
  return [...groups].sort((one, other) => compareText(JSON.stringify(one), JSON.stringify(other)));
}

function keyOf({ user, module, path, syshost, day }: NaiveRow): string {
  return JSON.stringify([user, module, path, syshost, day]);
}

function dimensionOf(row: NaiveRow, dimension: Dimension): string | number | null {
  if (dimension === 'month') return monthOfDay(row.day);
  return dimension === 'week' ? mondayOf(row.day) : row[dimension];
}

/** By the calendar, not by arithmetic on the number. */
function mondayOf(day: number): number {
  let monday = day;
  while (new Date(monday * 86_400_000).getUTCDay() !== 1) monday--;
  return monday;
}

function measureOf(rows: readonly NaiveRow[], measure: Measure): number | string[] {
  const distinct = (key: 'user' | 'day' | 'syshost' | 'module'): unknown[] => [...new Set(rows.map((row) => row[key]))];
  switch (measure) {
    case 'users':
      return distinct('user').length;
    case 'days':
      return distinct('day').length;
    case 'syshosts':
      return distinct('syshost').map(String).sort(compareText);
    case 'modules':
      return distinct('module').map(String).sort(compareText);
    case 'first':
      return Math.min(...rows.map((row) => row.first));
    case 'last':
      return Math.max(...rows.map((row) => row.last));
    default:
      return rows.reduce((sum, row) => sum + row[measure], 0);
  }
}
