import { AppError } from '../core/app-error.ts';
import type { PeopleDirectory } from '../core/people.ts';
import type { ResultTable } from '../core/result-table.ts';
import type { SiteZone } from '../core/site-zone.ts';
import { parseTimeBound } from '../core/time-bound.ts';
import type { UsageFilter } from '../core/usage-query.ts';
import { systemPeople } from '../people/getent.ts';
import { peopleFile } from '../people/people-file.ts';
import type { Report } from '../report/report.ts';
import { type OptionTexts, optionValue } from '../report/report-option.ts';
import { findReport, reports } from '../report/reports.ts';
import { openStore } from '../store/open-store.ts';
import type { Settings } from './settings.ts';
import { readToolchainFile } from './toolchain-file.ts';

export interface ReportCall {
  readonly settings: Settings;
  readonly report: Report;
  readonly filter: UsageFilter;
  readonly limit: number | null;
  readonly allPaths?: readonly string[];
  /** The report's own options, as far as they were given. */
  readonly options?: OptionTexts;
  /** Seconds since 1970 UTC. */
  readonly now: number;
}

/**
 * Asks the store that the settings name.
 * @throws AppError
 */
export async function runReport(call: ReportCall): Promise<{ table: ResultTable; store: string }> {
  const { settings, report, filter, limit, allPaths = [], options = {}, now } = call;
  const { zone, packageOf } = settings;
  // What is wrong in the call is told before what is wrong with the store.
  for (const option of report.options ?? []) optionValue(options, option);
  const store = await openStore(settings.store, { waitMs: settings.waitMs, zone: settings.zone });
  try {
    // A report asks several times, and its figures are of one moment.
    const table = await store.atOnce((held) =>
      report.run(held, {
        filter,
        limit,
        allPaths,
        options,
        zone,
        now,
        packageOf,
        directory: directoryOf(settings),
        toolchainRules: () => readToolchainFile(settings.toolchainsFile),
      }),
    );
    return { table, store: store.name };
  } finally {
    await store.close();
  }
}

/** What tells who the users are; null where nothing does. */
export function directoryOf({ directory }: Settings): PeopleDirectory | null {
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

/** Patterns as a filter has them: on the path, or on what the report says. */
export function patternFilter(
  { patternOn }: Report,
  patterns: readonly string[],
): Pick<UsageFilter, 'users' | 'paths'> {
  return patternOn === 'user' ? { users: patterns } : { paths: patterns };
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
