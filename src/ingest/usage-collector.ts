import { compareText } from '../core/compare-text.ts';
import { NAME_CHARACTERS } from '../core/cut-text.ts';
import type { Load } from '../core/load.ts';
import type { SiteZone } from '../core/site-zone.ts';
import type { UsageBatch } from '../core/usage-batch.ts';
import type { GrowingVocabulary } from './growing-vocabulary.ts';
import { UsageColumns } from './usage-columns.ts';

/** `tally`: one row a (day, user, cluster, module, path), which later imports add to. `all`: every load a row. */
export type ImportMode = 'tally' | 'all';

/** Takes loads in and hands them on as a batch. */
export interface UsageCollector {
  add(load: Load): void;
  /** Rows that wait to be taken. */
  readonly length: number;
  /** Everything so far; the collector begins anew. */
  take(): UsageBatch;
}

/** A collector of tallies, which also takes in loads that were counted elsewhere. */
export interface DailyTally extends UsageCollector {
  addCounts(counts: UseCounts): void;
  /** Takes in the rows of another tally of the same vocabulary. */
  addRows(rows: UsageBatch): void;
}

/** Loads of one user, module and day; names by their places in the vocabulary. */
export interface UseCounts extends Counts {
  readonly day: number;
  readonly user: number;
  readonly modulefile: number;
  /** -1 for none. */
  readonly group: number;
}

interface Counts {
  /** Whole seconds since 1970 UTC. */
  readonly first: number;
  readonly last: number;
  readonly loads: number;
  readonly direct: number;
  readonly dependency: number;
  readonly jobs: number;
}

/** Keeps one row a (day, user, cluster, module, path): the daily tally. */
export function createDailyTally(vocabulary: GrowingVocabulary, zone: SiteZone): DailyTally {
  let columns = new UsageColumns();
  let rowsOfDay = new Map<number, Map<number, number>>();
  /** For each modulefile, a number for each of its users: small numbers are what maps are fast with. */
  const uses: Map<number, number>[] = [];
  let usesSoFar = 0;

  function useOf(user: number, modulefile: number): number {
    uses[modulefile] ??= new Map();
    const ofModulefile = uses[modulefile];
    let use = ofModulefile.get(user);
    if (use === undefined) {
      use = usesSoFar++;
      ofModulefile.set(user, use);
    }
    return use;
  }

  function rowOf(day: number, user: number, modulefile: number): number {
    let rows = rowsOfDay.get(day);
    if (rows === undefined) {
      rows = new Map();
      rowsOfDay.set(day, rows);
    }
    const use = useOf(user, modulefile);
    let row = rows.get(use);
    if (row === undefined) {
      row = columns.addRow();
      rows.set(use, row);
      columns.day[row] = day;
      columns.user[row] = user;
      columns.modulefile[row] = modulefile;
      columns.group[row] = -1;
      columns.first[row] = Number.POSITIVE_INFINITY;
      columns.last[row] = Number.NEGATIVE_INFINITY;
    }
    return row;
  }

  function addCounts(counts: UseCounts): void {
    const row = rowOf(counts.day, counts.user, counts.modulefile);
    addToRow(columns, row, counts);
    columns.group[row] = greaterGroup(vocabulary, columns.group[row] ?? -1, counts.group);
  }

  return {
    get length() {
      return columns.length;
    },
    add(load) {
      const counts = countsOf(load);
      addCounts({
        ...counts,
        day: zone.dayOf(counts.first),
        user: vocabulary.placeOfUser(load.user),
        modulefile: vocabulary.placeOfModulefile(load),
        group: vocabulary.placeOfGroup(load.group),
      });
    },
    addCounts,
    addRows({ length, day, user, modulefile, group, first, last, loads, direct, dependency, jobs }) {
      for (let row = 0; row < length; row++) {
        addCounts({
          day: day[row] ?? 0,
          user: user[row] ?? -1,
          modulefile: modulefile[row] ?? -1,
          group: group[row] ?? -1,
          first: first[row] ?? 0,
          last: last[row] ?? 0,
          loads: loads[row] ?? 0,
          direct: direct[row] ?? 0,
          dependency: dependency[row] ?? 0,
          jobs: jobs[row] ?? 0,
        });
      }
    },
    take() {
      const batch = columns.toBatch(vocabulary, null);
      columns = new UsageColumns();
      rowsOfDay = new Map();
      return batch;
    },
  };
}

/** Keeps every load as a row of its own, with its node and job. */
export function createLoadList(vocabulary: GrowingVocabulary, zone: SiteZone): UsageCollector {
  let columns = new UsageColumns();
  let host: (string | null)[] = [];
  let jobid: (string | null)[] = [];
  return {
    get length() {
      return columns.length;
    },
    add(load) {
      const row = columns.addRow();
      const counts = countsOf(load);
      columns.day[row] = zone.dayOf(counts.first);
      columns.user[row] = vocabulary.placeOfUser(load.user);
      columns.modulefile[row] = vocabulary.placeOfModulefile(load);
      columns.group[row] = vocabulary.placeOfGroup(load.group);
      columns.first[row] = Number.POSITIVE_INFINITY;
      columns.last[row] = Number.NEGATIVE_INFINITY;
      addToRow(columns, row, counts);
      host.push(load.host === null ? null : vocabulary.cutTo(load.host, NAME_CHARACTERS));
      jobid.push(load.jobid === null ? null : vocabulary.cutTo(load.jobid, NAME_CHARACTERS));
    },
    take() {
      const batch = columns.toBatch(vocabulary, { host, jobid });
      columns = new UsageColumns();
      host = [];
      jobid = [];
      return batch;
    },
  };
}

function countsOf({ timeUs, direct, jobid, counts }: Load): Counts {
  const first = Math.floor(timeUs / 1e6);
  if (counts !== null) return { ...counts, first, last: Math.floor(counts.lastUs / 1e6) };
  return {
    first,
    last: first,
    loads: 1,
    direct: direct === true ? 1 : 0,
    dependency: direct === false ? 1 : 0,
    jobs: jobid === null ? 0 : 1,
  };
}

function addToRow(columns: UsageColumns, row: number, counts: Counts): void {
  const { first, last } = counts;
  columns.first[row] = Math.min(columns.first[row] ?? first, first);
  columns.last[row] = Math.max(columns.last[row] ?? last, last);
  columns.loads[row] = (columns.loads[row] ?? 0) + counts.loads;
  columns.direct[row] = (columns.direct[row] ?? 0) + counts.direct;
  columns.dependency[row] = (columns.dependency[row] ?? 0) + counts.dependency;
  columns.jobs[row] = (columns.jobs[row] ?? 0) + counts.jobs;
}

/** Of several groups on one day the last in order is kept, so that the order of lines and files does not matter. */
function greaterGroup(vocabulary: GrowingVocabulary, one: number, other: number): number {
  if (one === other || other < 0) return one;
  if (one < 0) return other;
  return compareText(vocabulary.groups[one] ?? '', vocabulary.groups[other] ?? '') < 0 ? other : one;
}
