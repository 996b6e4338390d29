import { compareText } from '../core/compare-text.ts';
import type { Load } from '../core/load.ts';
import type { SiteZone } from '../core/site-zone.ts';
import type { UsageBatch } from '../core/usage-batch.ts';
import { type GrowingVocabulary, NAME_CHARACTERS } from './growing-vocabulary.ts';
import { UsageColumns } from './usage-columns.ts';

/** Takes loads in and hands them on as a batch. */
export interface UsageCollector {
  add(load: Load): void;
  /** Rows that wait to be taken. */
  readonly length: number;
  /** Everything so far; the collector begins anew. */
  take(): UsageBatch;
}

/** Keeps one row a (day, user, cluster, module, path): the daily tally. */
export function createDailyTally(vocabulary: GrowingVocabulary, zone: SiteZone): UsageCollector {
  let columns = new UsageColumns();
  let rowsOfDay = new Map<number, Map<number, number>>();

  function rowOf(day: number, user: number, modulefile: number): number {
    let rows = rowsOfDay.get(day);
    if (rows === undefined) {
      rows = new Map();
      rowsOfDay.set(day, rows);
    }
    // Places are below 2^26 as long as their names fit into memory.
    const key = modulefile * 0x400_0000 + user;
    let row = rows.get(key);
    if (row === undefined) {
      row = columns.addRow();
      rows.set(key, row);
      columns.day[row] = day;
      columns.user[row] = user;
      columns.modulefile[row] = modulefile;
      columns.group[row] = -1;
      columns.first[row] = Number.POSITIVE_INFINITY;
      columns.last[row] = Number.NEGATIVE_INFINITY;
    }
    return row;
  }

  return {
    get length() {
      return columns.length;
    },
    add(load) {
      const user = vocabulary.placeOfUser(load.user);
      const modulefile = vocabulary.placeOfModulefile(load);
      const first = Math.floor(load.timeUs / 1e6);
      const row = rowOf(zone.dayOf(first), user, modulefile);
      addLoad(columns, row, load, first);
      const group = vocabulary.placeOfGroup(load.group);
      columns.group[row] = greaterGroup(vocabulary, columns.group[row] ?? -1, group);
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
      const first = Math.floor(load.timeUs / 1e6);
      columns.day[row] = zone.dayOf(first);
      columns.user[row] = vocabulary.placeOfUser(load.user);
      columns.modulefile[row] = vocabulary.placeOfModulefile(load);
      columns.group[row] = vocabulary.placeOfGroup(load.group);
      columns.first[row] = Number.POSITIVE_INFINITY;
      columns.last[row] = Number.NEGATIVE_INFINITY;
      addLoad(columns, row, load, first);
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

function addLoad(columns: UsageColumns, row: number, load: Load, first: number): void {
  const { counts } = load;
  const last = counts === null ? first : Math.floor(counts.lastUs / 1e6);
  columns.first[row] = Math.min(columns.first[row] ?? first, first);
  columns.last[row] = Math.max(columns.last[row] ?? last, last);
  const add = (column: Float64Array, count: number): void => {
    column[row] = (column[row] ?? 0) + count;
  };
  add(columns.loads, counts?.loads ?? 1);
  add(columns.direct, counts?.direct ?? (load.direct === true ? 1 : 0));
  add(columns.dependency, counts?.dependency ?? (load.direct === false ? 1 : 0));
  add(columns.jobs, counts?.jobs ?? (load.jobid === null ? 0 : 1));
}

/** Of several groups on one day the last in order is kept, so that the order of lines and files does not matter. */
function greaterGroup(vocabulary: GrowingVocabulary, one: number, other: number): number {
  if (one === other || other < 0) return one;
  if (one < 0) return other;
  return compareText(vocabulary.groups[one] ?? '', vocabulary.groups[other] ?? '') < 0 ? other : one;
}
