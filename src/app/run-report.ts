import { AppError } from '../core/app-error.ts';
import type { PeopleDirectory } from '../core/people.ts';
import type { ResultTable } from '../core/result-table.ts';
import type { SiteZone } from '../core/site-zone.ts';
import { parseTimeBound } from '../core/time-bound.ts';
import type { UsageFilter } from '../core/usage-query.ts';
import { systemPeople } from '../people/getent.ts';
import { peopleFile } from '../people/people-file.ts';
import type { Report, ReportOption } from '../report/report.ts';
import { findReport, reports } from '../report/reports.ts';
import { openStore } from '../store/open-store.ts';
import type { Settings } from './settings.ts';
import { readToolchainFile } from './toolchain-file.ts';

export interface ReportCall {
  readonly settings: Settings;
  readonly report: Report;
  readonly filter: UsageFilter;
  readonly limit: number | null;
  readonly allPaths: readonly string[];
  /** Values of the report's own options, by name. */
  readonly options?: ReadonlyMap<string, string>;
}

/**
 * Asks the store that the settings name.
 * @throws AppError
 */
export async function runReport(call: ReportCall): Promise<{ table: ResultTable; store: string }> {
  const { settings, report, filter, limit, allPaths, options = new Map() } = call;
  const store = await openStore(settings.store, { waitMs: settings.waitMs, zone: settings.zone });
  try {
    const table = await report.run(store, {
      filter,
      limit,
      allPaths,
      options,
      directory: directoryOf(settings),
      toolchainRules: () => readToolchainFile(settings.toolchainsFile),
    });
    return { table, store: store.name };
  } finally {
    await store.close();
  }
}

function directoryOf({ directory }: Settings): PeopleDirectory | null {
  if (directory === null) return null;
  return directory === 'getent' ? systemPeople : peopleFile(directory);
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

/** What single reports take beside the options of all. */
export const reportOptions: readonly ReportOption[] = reports.flatMap(({ options = [] }) => options);

/**
 * The values of a report's own options among those that were given.
 * @throws AppError USAGE for an option of another report
 */
export function readReportOptions(report: Report, given: Readonly<Record<string, unknown>>): Map<string, string> {
  const values = new Map<string, string>();
  for (const option of reportOptions) {
    const value = given[option.name];
    if (typeof value !== 'string') continue;
    if (report.options?.includes(option) !== true) {
      throw new AppError('USAGE', `the report ${report.name} has no --${option.name}`, { hint: 'See --help.' });
    }
    values.set(option.name, value);
  }
  return values;
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
