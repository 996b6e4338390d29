import { groupBy } from '../core/group-by.ts';
import { compareNatural } from '../core/natural-order.ts';
import { shareOf } from '../core/share.ts';
import { loadsColumn } from './columns.ts';
import { eachColumns, eachOption, naming } from './each.ts';
import { firstRows } from './first-rows.ts';
import { noteSilence, readTellingClusters } from './job-telling.ts';
import type { Report } from './report.ts';
import { optionValue } from './report-option.ts';
import { readSpan } from './span.ts';

const MONTHS = 12;

const each = eachOption('module');

/** Loads inside batch jobs and outside of them: most loads first. */
export const jobs: Report = {
  name: 'jobs',
  summary: 'loads inside batch jobs, and in login shells',
  reading:
    'Most loads first. What is loaded in jobs is in production; what is loaded outside of them is tried out, compiled ' +
    'with, or in a shell start-up file. Clusters whose log has no job id at all are left out.',
  example: 'modtally report jobs --each package --syshost ls6',
  months: MONTHS,
  options: [each],
  async run(store, request) {
    const kind = optionValue(request.options, each);
    const span = await readSpan(store, request, MONTHS);
    const telling = await readTellingClusters(store, span);
    const { by, nameOf } = naming(kind, request.packageOf);
    const groups = await store.select({ by: [by, 'syshost'], measures: ['loads', 'jobs'], filter: span.filter });
    const told = groups.filter(({ syshost }) => telling.has(syshost));
    const silent = new Set(groups.filter(({ syshost }) => !telling.has(syshost)).map(({ syshost }) => syshost));
    const usage = [...groupBy(told, (group) => nameOf(group[by]))].map(([name, ofName]) => ({
      name,
      loads: ofName.reduce((sum, { loads }) => sum + loads, 0),
      jobs: ofName.reduce((sum, { jobs }) => sum + jobs, 0),
    }));
    usage.sort((one, other) => other.loads - one.loads || compareNatural(one.name, other.name));
    return {
      columns: [
        eachColumns[kind],
        loadsColumn,
        { key: 'in_jobs', title: 'In jobs', kind: 'number' },
        { key: 'outside', title: 'Outside', kind: 'number' },
        { key: 'jobs_share', title: 'Share', kind: 'share' },
      ],
      rows: firstRows(usage, request.limit).map(({ name, loads, jobs }) => [
        name,
        loads,
        jobs,
        loads - jobs,
        shareOf(jobs, loads),
      ]),
      notes: [...span.notes, ...noteSilence(silent)],
    };
  },
};
