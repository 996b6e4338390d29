import { dayToIso } from '../core/calendar-day.ts';
import { compareText } from '../core/compare-text.ts';
import { groupBy } from '../core/group-by.ts';
import { shareOf } from '../core/share.ts';
import type { UsageFilter, UsageRow } from '../core/usage-query.ts';
import type { Store } from '../store/store.ts';
import { loadsColumn, loadsShareColumn, userColumn } from './columns.ts';
import { firstRows } from './first-rows.ts';
import { noteSilence, readTellingClusters } from './job-telling.ts';
import type { Report } from './report.ts';
import { readSpan } from './span.ts';

const MONTHS = 3;
const ROWS = 20;

/** Who fires the most loads, and when. */
export const storms: Report = {
  name: 'storms',
  summary: 'who fires the most loads, and when',
  reading:
    `The ${ROWS} with most loads, unless --limit says otherwise. Median and peak are loads a day, of the days on which ` +
    'they loaded anything. A peak far above the median is a loop or an array job; a high median outside of jobs is a ' +
    'shell start-up file that loads modules. In jobs is the part ' +
    'of their loads on clusters whose log has job ids, Mostly the module of most of their loads.',
  example: 'modtally report storms --syshost ls6 --limit 10',
  months: MONTHS,
  async run(store, request) {
    const span = await readSpan(store, request, MONTHS);
    const { filter } = span;
    const telling = await readTellingClusters(store, span);
    const onClusters = groupBy(
      await store.select({ by: ['user', 'syshost'], measures: ['loads', 'jobs'], filter }),
      ({ user }) => user,
    );
    const modules = new Map<string, { readonly module: string; readonly loads: number }>();
    for (const { user, module, loads } of await store.select({ by: ['user', 'module'], measures: ['loads'], filter })) {
      const most = modules.get(user);
      const isMore =
        most === undefined || loads > most.loads || (loads === most.loads && compareText(module, most.module) < 0);
      if (isMore) modules.set(user, { module, loads });
    }
    const users = [...onClusters].map(([user, ofUser]) => {
      const told = ofUser.filter(({ syshost }) => telling.has(syshost));
      return {
        user,
        loads: ofUser.reduce((total, { loads }) => total + loads, 0),
        told: told.reduce((total, { loads }) => total + loads, 0),
        jobs: told.reduce((total, { jobs }) => total + jobs, 0),
      };
    });
    users.sort((one, other) => other.loads - one.loads || compareText(one.user, other.user));
    const all = users.reduce((total, { loads }) => total + loads, 0);
    const shown = firstRows(users, request.limit ?? ROWS);
    const days = await readDays(
      store,
      filter,
      shown.map(({ user }) => user),
    );
    const silent = new Set(
      [...onClusters.values()].flat().flatMap(({ syshost }) => (telling.has(syshost) ? [] : syshost)),
    );
    return {
      columns: [
        userColumn,
        loadsColumn,
        loadsShareColumn,
        { key: 'days', title: 'Days', kind: 'number' },
        { key: 'median', title: 'Median', kind: 'number' },
        { key: 'peak', title: 'Peak', kind: 'number' },
        { key: 'peak_day', title: 'Peak day', kind: 'text' },
        { key: 'jobs_share', title: 'In jobs', kind: 'share' },
        { key: 'module', title: 'Mostly', kind: 'text' },
      ],
      rows: shown.map(({ user, loads, told, jobs }) => {
        const ofUser = days.get(user) ?? [];
        return [
          user,
          loads,
          shareOf(loads, all),
          ofUser.length,
          medianOf(ofUser.map((day) => day.loads)),
          ofUser[0]?.loads ?? 0,
          ofUser[0] === undefined ? null : dayToIso(ofUser[0].day),
          told === 0 ? null : shareOf(jobs, told),
          modules.get(user)?.module ?? null,
        ];
      }),
      notes: [...span.notes, ...noteSilence(silent)],
    };
  },
};

/**
 * The days of some users, those with most loads first. There are a thousand times more of them than users: of no more
 * than are shown they are asked for.
 */
async function readDays(
  store: Store,
  filter: UsageFilter,
  users: readonly string[],
): Promise<ReadonlyMap<string, readonly UsageRow<'user' | 'day', 'loads'>[]>> {
  if (users.length === 0) return new Map();
  const days = await store.select({
    by: ['user', 'day'],
    measures: ['loads'],
    filter: { ...filter, exact: { ...filter.exact, users } },
  });
  days.sort((one, other) => other.loads - one.loads || one.day - other.day);
  return groupBy(days, ({ user }) => user);
}

/** The middle of sorted numbers, or halfway between the two in the middle. */
function medianOf(sorted: readonly number[]): number {
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}
