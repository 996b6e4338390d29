import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dayToIso } from '../../src/core/calendar-day.ts';
import type { InstalledModule } from '../../src/core/catalogue.ts';
import { compareText } from '../../src/core/compare-text.ts';
import { compileLikeAny } from '../../src/core/like-pattern.ts';
import type { PeopleDirectory } from '../../src/core/people.ts';
import type { Cell } from '../../src/core/result-table.ts';
import { createSiteZone } from '../../src/core/site-zone.ts';
import { toolchainOf } from '../../src/core/toolchain.ts';
import type { UsageFilter } from '../../src/core/usage-query.ts';
import { groups } from '../../src/report/groups.ts';
import { notify } from '../../src/report/notify.ts';
import { toolchains } from '../../src/report/toolchains.ts';
import { unused } from '../../src/report/unused.ts';
import { anyModules } from '../support/make-catalogue.ts';
import { anyLoad, storeLoads } from '../support/make-loads.ts';
import { makeRequest } from '../support/make-request.ts';
import { NaiveUsage } from '../support/naive-usage.ts';
import { allStoreKinds, newTarget, openTestStore, runsOn } from '../support/stores.ts';

const zone = createSiteZone('America/Chicago');
const second = (text: string): number => Date.parse(text) / 1000;

const anyFilter: fc.Arbitrary<UsageFilter> = fc.record(
  {
    users: fc.constantFrom(['r'], ['%e%', 'I'], ['nobody']),
    paths: fc.constantFrom(['/apps/_'], ['%\\\\%', '%r%']),
    syshosts: fc.constantFrom(['ls6'], ['front%', 'unknown']),
    start: fc.constantFrom(second('2024-10-15T00:00:00Z'), second('2024-12-01T00:00:00Z')),
    end: fc.constantFrom(second('2024-11-03T07:30:00Z'), second('2024-12-24T12:00:00Z')),
  },
  { requiredKeys: [] },
);

/** So few that loads and catalogues meet on most of them. */
const anyPath = fc.constantFrom(
  '/apps/R',
  '/apps/r',
  '/apps/é',
  '/apps/a ',
  "/apps/o'b",
  '/apps/back\\slash',
  '/apps/😀',
);

const anyUse = fc
  .tuple(anyLoad, anyPath, fc.constantFrom('ls6', 'LS6', 'frontera'))
  .map(([load, path, syshost]) => ({ ...load, path, syshost }));

const anySnapshots = fc.array(
  fc.record({
    syshost: fc.constantFrom('ls6', 'ls6', 'LS6', 'frontera', 'new'),
    day: fc.integer({ min: 20_000, max: 20_003 }),
    modules: fc
      .tuple(anyModules, fc.uniqueArray(anyPath, { minLength: 3 }))
      .map(([modules, paths]) =>
        modules.slice(0, paths.length).map((module, n) => ({ ...module, path: paths[n] ?? '' })),
      ),
  }),
  { minLength: 2, maxLength: 8 },
);

type Snapshot = { readonly syshost: string; readonly day: number; readonly modules: readonly InstalledModule[] };

/** A directory that knows some of the users. */
const anyPeople: fc.Arbitrary<ReadonlyMap<string, ReadonlyMap<string, string>>> = fc
  .uniqueArray(
    fc.tuple(
      fc.constantFrom('R', 'r', 'é', 'e', "o'b", '日本', '%'),
      fc.record(
        {
          name: fc.constant('N'),
          email: fc.constantFrom('=a@b', 'c@d'),
          group: fc.constantFrom('bio', 'x'),
          dept: fc.constantFrom('D', 'd'),
        },
        { requiredKeys: [] },
      ),
    ),
    { selector: ([user]) => user },
  )
  .map((people) => new Map(people.map(([user, person]) => [user, new Map(Object.entries(person))])));

/** Usage as rows that a filter lets through, one each (user, group, path, syshost, module). */
interface Use {
  readonly user: string;
  readonly group: string | null;
  readonly path: string;
  readonly syshost: string;
  readonly module: string;
  readonly loads: number;
  readonly last: number;
}

function sumsOf(uses: readonly Use[]): Cell[] {
  return [
    new Set(uses.map(({ user }) => user)).size,
    new Set(uses.map(({ path }) => path)).size,
    uses.map(({ loads }) => loads).reduce((one, other) => one + other),
    Math.max(...uses.map(({ last }) => last)),
  ];
}

function sortedUnion(values: Iterable<string>): string[] {
  return [...new Set(values)].sort(compareText);
}

/** Groups in the order of the report: the named ones by users and name, then the one without. */
function naiveGroups(uses: readonly Use[], groupOf: (use: Use) => string | null): Cell[][] {
  const names = sortedUnion(uses.flatMap((use) => groupOf(use) ?? []));
  const rows = names.map((name) => [name, ...sumsOf(uses.filter((use) => groupOf(use) === name))]);
  rows.sort((one, other) => Number(other[1]) - Number(one[1]));
  const rest = uses.filter((use) => groupOf(use) === null);
  return rest.length === 0 ? rows : [...rows, [null, ...sumsOf(rest)]];
}

function naiveNotify(uses: readonly Use[], people: ReadonlyMap<string, ReadonlyMap<string, string>>): Cell[][] {
  return sortedUnion(uses.map(({ user }) => user)).map((user) => {
    const own = uses.filter((use) => use.user === user);
    const person = people.get(user);
    const logged = sortedUnion(own.flatMap(({ group }) => group ?? []));
    const group = person?.get('group') ?? (logged.join(',') || null);
    const [, , loads = null, last = null] = sumsOf(own);
    return [
      user,
      person?.get('name') ?? null,
      person?.get('email') ?? null,
      group,
      sortedUnion(own.map(({ module }) => module)),
      sortedUnion(own.map(({ syshost }) => syshost)),
      loads,
      last,
    ];
  });
}

function naiveUnused(
  snapshots: readonly Snapshot[],
  span: readonly Use[],
  ever: readonly Use[],
  filter: UsageFilter,
): Cell[][] {
  const rows: Cell[][] = [];
  for (const syshost of sortedUnion(snapshots.map((snapshot) => snapshot.syshost))) {
    if (!compileLikeAny(filter.syshosts ?? [])(syshost)) continue;
    const ofDay = new Map(
      snapshots.filter((each) => each.syshost === syshost).map(({ day, modules }) => [day, modules]),
    );
    const days = [...ofDay.keys()].sort().reverse();
    const has = (day: number, path: string): boolean => ofDay.get(day)?.some((module) => module.path === path) === true;
    const ofCluster: Cell[][] = [];
    for (const { path, module, isDefault, isHidden } of ofDay.get(days[0] ?? 0) ?? []) {
      if (!compileLikeAny(filter.paths ?? [])(path)) continue;
      if (span.some((use) => use.syshost === syshost && use.path === path)) continue;
      const gap = days.findIndex((day) => !has(day, path));
      const since = days[gap < 0 ? days.length - 1 : gap - 1] ?? 0;
      const lasts = ever.filter((use) => use.syshost === syshost && use.path === path).map(({ last }) => last);
      const marks = [isDefault === true ? 'default' : '', isHidden === true ? 'hidden' : ''].filter(
        (mark) => mark !== '',
      );
      ofCluster.push([syshost, path, module, marks, dayToIso(since), lasts.length === 0 ? null : Math.max(...lasts)]);
    }
    ofCluster.sort((one, other) => Number(one[5]) - Number(other[5]) || compareText(String(one[1]), String(other[1])));
    rows.push(...ofCluster);
  }
  return rows;
}

function naiveToolchains(uses: readonly Use[], rules: readonly RegExp[]): Cell[][] {
  const cellsOf = ({ path }: Use): (string | null)[] => {
    const { root, compiler, mpi } = toolchainOf(path, rules);
    return [root, compiler, mpi];
  };
  const keys = sortedUnion(uses.map((use) => JSON.stringify(cellsOf(use))));
  const rows = keys.map((key): Cell[] => {
    return [...(JSON.parse(key) as Cell[]), ...sumsOf(uses.filter((use) => JSON.stringify(cellsOf(use)) === key))];
  });
  const order = (row: Cell[], place: number): string => String(row[place] ?? '');
  return rows.sort(
    (one, other) =>
      Number(other[3]) - Number(one[3]) ||
      compareText(order(one, 0), order(other, 0)) ||
      compareText(order(one, 1), order(other, 1)),
  );
}

describe.each(allStoreKinds)('on %s', (kind) => {
  test('unused, notify, groups and toolchains answer as the loads themselves do', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyUse, { maxLength: 30 }),
        anySnapshots,
        anyPeople,
        anyFilter,
        fc.constantFrom(null, null, 2),
        async (loads, snapshots, people, filter, limit) => {
          const store = await openTestStore(newTarget(kind), zone);
          await store.prepare();
          const naive = new NaiveUsage(zone);
          await storeLoads(store, loads, zone);
          naive.add(loads, 'tally');
          for (const snapshot of snapshots) await store.addSnapshot(snapshot);
          const usesOf = (asked: UsageFilter): Use[] =>
            naive.answer({
              by: ['user', 'group', 'path', 'syshost', 'module'],
              measures: ['loads', 'last'],
              filter: asked,
            }) as unknown as Use[];
          const uses = usesOf(filter);
          const first = (rows: Cell[][]): Cell[][] => (limit === null ? rows : rows.slice(0, limit));
          const directory: PeopleDirectory = {
            name: 'people',
            lookUp: async () => ({ columns: ['user', 'name', 'email', 'group', 'dept'], byUser: people }),
          };
          const rules = [/^\/apps\/(?<compiler>[a-z]?)/, /(?<root>.)$/u];
          const request = makeRequest({ filter, limit, directory, toolchainRules: async () => rules });

          const { start: _, end: __, ...always } = filter;
          expect((await unused.run(store, request)).rows).toEqual(
            first(naiveUnused(snapshots, uses, usesOf(always), filter)),
          );
          expect((await notify.run(store, request)).rows).toEqual(first(naiveNotify(uses, people)));
          expect((await groups.run(store, request)).rows).toEqual(
            first(naiveGroups(uses, ({ group, user }) => group ?? people.get(user)?.get('group') ?? null)),
          );
          const byDept = { ...request, options: { by: 'Dept' } };
          expect((await groups.run(store, byDept)).rows).toEqual(
            first(naiveGroups(uses, ({ user }) => people.get(user)?.get('dept') ?? null)),
          );
          const nobody = { ...request, directory: null };
          expect((await groups.run(store, nobody)).rows).toEqual(first(naiveGroups(uses, ({ group }) => group)));
          expect((await notify.run(store, nobody)).rows).toEqual(first(naiveNotify(uses, new Map())));
          expect((await toolchains.run(store, request)).rows).toEqual(first(naiveToolchains(uses, rules)));
          await store.drop();
          await store.close();
        },
      ),
      { numRuns: runsOn(kind, 25) },
    );
  });
});
