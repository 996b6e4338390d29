import type { Command } from 'commander';
import { readTimeBound, timeRange } from '../app/run-report.ts';
import type { SiteZone } from '../core/site-zone.ts';
import type { UsageFilter } from '../core/usage-query.ts';

/** Options that say which usage counts. */
export interface FilterOptions {
  readonly pattern?: readonly string[];
  readonly module?: readonly string[];
  readonly user?: readonly string[];
  readonly syshost?: readonly string[];
  readonly start?: string;
  readonly end?: string;
}

/**
 * Gives a command the options that say which usage counts.
 * @param onPattern what `--pattern` applies to, where that is not the path alone
 */
export function addFilterOptions(command: Command, onPattern = 'the path'): Command {
  return command
    .option('--pattern <pattern>', `SQL LIKE pattern on ${onPattern}; repeatable`, collect)
    .option('--module <pattern>', 'only modules (name/version) that match; repeatable', collect)
    .option('--user <pattern>', 'only users that match; repeatable', collect)
    .option('--syshost <pattern>', 'only clusters that match; repeatable', collect)
    .option('--start <date>', 'from this date on, YYYY-MM-DD[ HH:MM[:SS]]')
    .option('--end <date>', 'up to, and without, this date');
}

/**
 * The filter for a command's options.
 * @throws AppError BAD_DATE
 */
export function filterOf(options: FilterOptions, zone: SiteZone): UsageFilter {
  const { pattern = [], module = [], user = [], syshost = [], start, end } = options;
  return {
    paths: pattern,
    modules: module,
    users: user,
    syshosts: syshost,
    ...timeRange(readTimeBound('--start', start, zone), readTimeBound('--end', end, zone)),
  };
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
