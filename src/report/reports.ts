import { counts } from './counts.ts';
import { modulesUsedBy } from './modules-used-by.ts';
import type { Report } from './report.ts';
import { usernames } from './usernames.ts';

/** All reports, in the order in which help lists them. */
export const reports: readonly Report[] = [counts, usernames, modulesUsedBy];

/** The report of that name, or undefined. */
export function findReport(name: string): Report | undefined {
  return reports.find((report) => report.name === name);
}
