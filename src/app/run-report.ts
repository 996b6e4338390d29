import { AppError } from '../core/app-error.ts';
import type { ResultTable } from '../core/result-table.ts';
import type { SiteZone } from '../core/site-zone.ts';
import { parseTimeBound } from '../core/time-bound.ts';
import type { UsageFilter } from '../core/usage-query.ts';
import type { Report } from '../report/report.ts';
import { findReport, reports } from '../report/reports.ts';
import { openStore } from '../store/open-store.ts';
import type { Settings } from './settings.ts';

export interface ReportCall {
  readonly settings: Settings;
  readonly report: Report;
  readonly filter: UsageFilter;
  readonly limit: number | null;
  readonly allPaths: readonly string[];
}

/**
 * Asks the store that the settings name.
 * @throws AppError
 */
export async function runReport(call: ReportCall): Promise<{ table: ResultTable; store: string }> {
  const { settings, report, filter, limit, allPaths } = call;
  const store = await openStore(settings.store, { waitMs: settings.waitMs, zone: settings.zone });
  try {
    return { table: await report.run(store, { filter, limit, allPaths }), store: store.name };
  } finally {
    await store.close();
  }
}

/** All reports, in the order in which help lists them. */
export const allReports: readonly Report[] = reports;

/** @throws AppError USAGE that lists the reports */
export function reportNamed(name: string): Report {
  const report = findReport(name);
  if (report !== undefined) return report;
  throw new AppError('USAGE', `there is no report ${name}`, {
    hint: `Reports: ${reports.map((each) => each.name).join(', ')}.`,
  });
}

/**
 * The instant of a `--start` or `--end`, in the site's zone.
 * @throws AppError BAD_DATE
 */
export function readTimeBound(option: string, text: string | undefined, zone: SiteZone): number | undefined {
  if (text === undefined) return undefined;
  const seconds = parseTimeBound(text, zone);
  if (seconds !== null) return seconds;
  throw new AppError('BAD_DATE', `${option}: ${text} is no date`, {
    hint: 'Write YYYY-MM-DD, or YYYY-MM-DD HH:MM:SS.',
  });
}

/** A time range as a filter has it: bounds that were not given are left out. */
export function timeRange(start: number | undefined, end: number | undefined): Pick<UsageFilter, 'start' | 'end'> {
  return { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) };
}
