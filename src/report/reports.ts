import { clusters } from './clusters.ts';
import { companions } from './companions.ts';
import { counts } from './counts.ts';
import { direct } from './direct.ts';
import { figures } from './figures.ts';
import { groups } from './groups.ts';
import { health } from './health.ts';
import { jobs } from './jobs.ts';
import { lastUsed } from './last-used.ts';
import { modulesUsedBy } from './modules-used-by.ts';
import { movers } from './movers.ts';
import { notify } from './notify.ts';
import type { Report } from './report.ts';
import { retire } from './retire.ts';
import { storms } from './storms.ts';
import { summary } from './summary.ts';
import { together } from './together.ts';
import { toolchains } from './toolchains.ts';
import { top } from './top.ts';
import { trend } from './trend.ts';
import { unused } from './unused.ts';
import { usernames } from './usernames.ts';
import { versions } from './versions.ts';

/** All reports, in the order in which help lists them. */
export const reports: readonly Report[] = [
  counts,
  usernames,
  modulesUsedBy,
  unused,
  lastUsed,
  retire,
  notify,
  versions,
  trend,
  movers,
  direct,
  clusters,
  groups,
  figures,
  top,
  toolchains,
  jobs,
  storms,
  together,
  companions,
  health,
  summary,
];

/** The report of that name, or undefined. */
export function findReport(name: string): Report | undefined {
  return reports.find((report) => report.name === name);
}
