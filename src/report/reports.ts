import { counts } from './counts.ts';
import { groups } from './groups.ts';
import { modulesUsedBy } from './modules-used-by.ts';
import { notify } from './notify.ts';
import type { Report } from './report.ts';
import { toolchains } from './toolchains.ts';
import { unused } from './unused.ts';
import { usernames } from './usernames.ts';

/** All reports, in the order in which help lists them. */
export const reports: readonly Report[] = [counts, usernames, modulesUsedBy, unused, notify, groups, toolchains];

/** The report of that name, or undefined. */
export function findReport(name: string): Report | undefined {
  return reports.find((report) => report.name === name);
}
