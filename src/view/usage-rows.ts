import { dayToIso } from '../core/calendar-day.ts';
import { type NamedRow, namedRows, type UsageColumn } from '../core/named-row.ts';
import type { SiteZone } from '../core/site-zone.ts';
import type { UsageBatch } from '../core/usage-batch.ts';
import { csvText } from './csv.ts';
import { stringifySafely } from './json.ts';
import { shownText } from './shown-text.ts';

/** Rows of usage as text. */
export interface RowFormat {
  /** What stands before the first row. */
  readonly heading: string;
  /** Rows, a line each. */
  readonly format: (batch: UsageBatch) => string;
}

/** CSV: instants as ISO 8601 in the zone, texts as they may be shown. */
export function createUsageCsv(zone: SiteZone, columns: readonly UsageColumn[]): RowFormat {
  const textOf = (text: string | null): string => (text === null ? '' : csvText(shownText(text)));
  const nameOf = remember(textOf);
  const dayOf = remember(dayToIso);
  const cells = {
    day: ({ day }) => dayOf(day),
    user: ({ user }) => nameOf(user),
    syshost: ({ syshost }) => nameOf(syshost),
    module: ({ module }) => nameOf(module),
    path: ({ path }) => nameOf(path),
    first: ({ first }) => zone.toIso(first),
    last: ({ last }) => zone.toIso(last),
    loads: ({ loads }) => String(loads),
    direct: ({ direct }) => String(direct),
    dependency: ({ dependency }) => String(dependency),
    jobs: ({ jobs }) => String(jobs),
    group: ({ group }) => nameOf(group),
    host: ({ host }) => textOf(host),
    jobid: ({ jobid }) => textOf(jobid),
  } satisfies Record<UsageColumn, CellText>;
  return {
    heading: `${columns.join(',')}\r\n`,
    format: (batch) =>
      linesOf(
        batch,
        columns.map((column) => cells[column]),
        (texts) => `${texts.join(',')}\r\n`,
      ),
  };
}

/** The keys of a dump record, in their order. */
export const dumpRecordKeys = [
  'user',
  'path',
  'module',
  'syshost',
  'date',
  'last',
  'loads',
  'direct_loads',
  'dependency_loads',
  'job_loads',
  'group',
  'host',
  'jobid',
] as const;

export type DumpRecordKey = (typeof dumpRecordKeys)[number];

/** Dump records; those with all keys, `modtally import` takes in again. */
export function createDumpRecords(keys: readonly DumpRecordKey[]): RowFormat {
  const textOf = (text: string | null): string => (text === null ? 'null' : stringifySafely(text));
  const nameOf = remember(textOf);
  const values = {
    user: ({ user }) => nameOf(user),
    path: ({ path }) => nameOf(path),
    module: ({ module }) => nameOf(module),
    syshost: ({ syshost }) => nameOf(syshost),
    date: ({ first }) => `"${first}"`,
    last: ({ last }) => String(last),
    loads: ({ loads }) => String(loads),
    direct_loads: ({ direct }) => String(direct),
    dependency_loads: ({ dependency }) => String(dependency),
    job_loads: ({ jobs }) => String(jobs),
    group: ({ group }) => nameOf(group),
    host: ({ host }) => textOf(host),
    jobid: ({ jobid }) => textOf(jobid),
  } satisfies Record<DumpRecordKey, CellText>;
  const members = keys.map(
    (key): CellText =>
      (row) =>
        `"${key}":${values[key](row)}`,
  );
  return { heading: '', format: (batch) => linesOf(batch, members, (texts) => `{${texts.join(',')}}\n`) };
}

type CellText = (row: NamedRow) => string;

function linesOf(
  batch: UsageBatch,
  cells: readonly CellText[],
  joinCells: (texts: readonly string[]) => string,
): string {
  let text = '';
  for (const row of namedRows(batch)) text += joinCells(cells.map((cell) => cell(row)));
  return text;
}

/** A function that works each answer out once: names come again in a million rows. */
function remember<T>(work: (key: T) => string): (key: T) => string {
  const known = new Map<T, string>();
  return (key) => {
    let answer = known.get(key);
    if (answer === undefined) {
      answer = work(key);
      known.set(key, answer);
    }
    return answer;
  };
}
