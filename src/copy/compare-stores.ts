import { hash } from 'node:crypto';
import { dayFromDate, dayMonthsBefore, dayToDate, dayToIso } from '../core/calendar-day.ts';
import { compareText } from '../core/compare-text.ts';
import { groupBy } from '../core/group-by.ts';
import { namedRows } from '../core/named-row.ts';
import type { ResultTable } from '../core/result-table.ts';
import { monthOfDay } from '../core/site-zone.ts';
import type { UsageBatch } from '../core/usage-batch.ts';
import type { Store } from '../store/store.ts';
import { readDayFigures } from './day-figures.ts';

/** Two stores, compared row by row. */
export interface StoreComparison {
  readonly isEqual: boolean;
  /** A row a month and cluster of the source: rows, loads and users of both. */
  readonly months: ResultTable;
  /** A row for each day and cluster in which they differ. */
  readonly differences: ResultTable;
  readonly rows: number;
}

/**
 * Compares what two stores have of the months and clusters of the source. Every row counts with all that it says, and
 * as what it is, a tally or a load of its own; in whatever order the rows come, and however many they are.
 */
export async function compareStores(source: Store, target: Store): Promise<StoreComparison> {
  const months: ResultTable['rows'][number][] = [];
  const differences: ResultTable['rows'][number][] = [];
  let rows = 0;
  for (const [month, days] of groupBy((await readDayFigures(source)).keys(), monthOfDay)) {
    const span = monthOf(days[0] ?? 0);
    const [ofSource, ofTarget] = [await sumUp(source, span), await sumUp(target, span)];
    for (const syshost of [...ofSource.keys()].sort(compareText)) {
      const [one, other] = [ofSource.get(syshost) ?? new ClusterSum(), ofTarget.get(syshost) ?? new ClusterSum()];
      const differing = one.daysUnlike(other);
      rows += one.rows;
      const pairs = [one.rows, other.rows, one.loads, other.loads, one.users.size, other.users.size];
      months.push([month, syshost, ...pairs, differing.length === 0 ? 'equal' : 'DIFFERENT']);
      for (const day of differing) {
        const [mine, theirs] = [one.day(day), other.day(day)];
        differences.push([dayToIso(day), syshost, mine.rows, theirs.rows, mine.loads, theirs.loads]);
      }
    }
  }
  return {
    isEqual: differences.length === 0,
    months: { columns: [monthColumn, syshostColumn, ...rowColumns, ...userColumns, verdictColumn], rows: months },
    differences: { columns: [dayColumn, syshostColumn, ...rowColumns], rows: differences },
    rows,
  };
}

const monthColumn = { key: 'month', title: 'Month', kind: 'text' } as const;
const dayColumn = { key: 'day', title: 'Day', kind: 'text' } as const;
const syshostColumn = { key: 'syshost', title: 'Syshost', kind: 'text' } as const;
const verdictColumn = { key: 'verdict', title: 'Verdict', kind: 'text' } as const;
const rowColumns = [
  { key: 'source_rows', title: 'Rows', kind: 'number' },
  { key: 'store_rows', title: '= Rows', kind: 'number' },
  { key: 'source_loads', title: 'Loads', kind: 'number' },
  { key: 'store_loads', title: '= Loads', kind: 'number' },
] as const;
const userColumns = [
  { key: 'source_users', title: 'Users', kind: 'number' },
  { key: 'store_users', title: '= Users', kind: 'number' },
] as const;

/** From the first day of a day's month until that of the next. */
function monthOf(day: number): readonly [number, number] {
  const { year, month } = dayToDate(day);
  const first = dayFromDate(year, month, 1) ?? day;
  return [first, dayMonthsBefore(first, -1)];
}

async function sumUp(store: Store, days: readonly [number, number]): Promise<Map<string, ClusterSum>> {
  const clusters = new Map<string, ClusterSum>();
  await store.readRows({ days }, async (batches) => {
    for await (const batch of batches) addTo(clusters, batch);
  });
  return clusters;
}

function addTo(clusters: Map<string, ClusterSum>, batch: UsageBatch): void {
  const kind = batch.detail === null ? 'tally' : 'load';
  for (const row of namedRows(batch)) {
    const { user, module, path, syshost, day, group, first, last, loads, direct, dependency, jobs, host, jobid } = row;
    let sum = clusters.get(syshost);
    if (sum === undefined) {
      sum = new ClusterSum();
      clusters.set(syshost, sum);
    }
    const text = [kind, user, module, path, group, first, last, loads, direct, dependency, jobs, host, jobid];
    sum.add(day, user, loads, hash('md5', JSON.stringify(text), 'buffer'));
  }
}

interface DaySum {
  rows: number;
  loads: number;
  /** The hashes of all rows, added up: the same in any order. */
  low: number;
  high: number;
}

const noRows: Readonly<DaySum> = { rows: 0, loads: 0, low: 0, high: 0 };

/** What there is of a cluster in a month. */
class ClusterSum {
  rows = 0;
  loads = 0;
  readonly users = new Set<string>();
  readonly #days = new Map<number, DaySum>();

  add(day: number, user: string, loads: number, digest: Buffer): void {
    this.rows++;
    this.loads += loads;
    this.users.add(user);
    let sum = this.#days.get(day);
    if (sum === undefined) {
      sum = { ...noRows };
      this.#days.set(day, sum);
    }
    sum.rows++;
    sum.loads += loads;
    sum.low = (sum.low + digest.readUInt32LE(0)) >>> 0;
    sum.high = (sum.high + digest.readUInt32LE(4)) >>> 0;
  }

  day(day: number): Readonly<DaySum> {
    return this.#days.get(day) ?? noRows;
  }

  /** The days of which another one has not the same rows. */
  daysUnlike(other: ClusterSum): number[] {
    const days = [...new Set([...this.#days.keys(), ...other.#days.keys()])].sort((one, two) => one - two);
    return days.filter((day) => {
      const [mine, theirs] = [this.day(day), other.day(day)];
      return mine.rows !== theirs.rows || mine.low !== theirs.low || mine.high !== theirs.high;
    });
  }
}
