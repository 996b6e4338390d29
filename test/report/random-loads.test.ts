import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ResultTable } from '../../src/core/result-table.ts';
import { createSiteZone } from '../../src/core/site-zone.ts';
import type { UsageFilter } from '../../src/core/usage-query.ts';
import { reports } from '../../src/report/reports.ts';
import { makeLoad, storeLoads } from '../support/make-loads.ts';
import { makeRequest } from '../support/make-request.ts';
import { naiveReports } from '../support/naive-reports.ts';
import { NaiveUsage } from '../support/naive-usage.ts';
import { allStoreKinds, newTarget, openTestStore, runsOn } from '../support/stores.ts';

const chicago = createSiteZone('America/Chicago');
const at = (text: string): number => Date.parse(text) / 1000;

/** Loads over 20 months, some of them in the future; versions and clusters that differ in little. */
const anyLoad = fc
  .record({
    user: fc.constantFrom('ann', 'bob', 'Bob', 'eve', 'é'),
    module: fc.constantFrom(
      'gcc/9.3',
      'gcc/12.2',
      'GCC/12.2',
      'R/4.2',
      'r/4.2',
      'lang/R/4.1',
      'git',
      'zlib/1.2/abc2345',
    ),
    tree: fc.constantFrom('a', 'b'),
    syshost: fc.constantFrom('ls6', 'LS6', 'frontera'),
    seconds: fc.oneof(
      fc.integer({ min: at('2023-07-01T00:00:00Z'), max: at('2025-02-01T00:00:00Z') }),
      // Days on which a user has several loads.
      fc
        .tuple(fc.constantFrom(at('2024-09-10T00:00:00Z'), at('2024-12-20T00:00:00Z')), fc.nat(200_000))
        .map(([day, later]) => day + later),
    ),
    direct: fc.constantFrom(true, false, null),
    isJob: fc.boolean(),
  })
  .map(({ seconds, tree, isJob, ...load }) =>
    makeLoad({
      ...load,
      path: `/${tree}/${load.module}`,
      timeUs: seconds * 1e6,
      // One cluster's log tells nothing of jobs.
      jobid: isJob && load.syshost !== 'LS6' ? '7' : null,
    }),
  );

const narrowFilter: fc.Arbitrary<UsageFilter> = fc.record(
  {
    users: fc.constantFrom(['bob'], ['%e', 'ann'], ['nobody'], []),
    modules: fc.constantFrom(['gcc/%'], ['%4.%', 'git']),
    paths: fc.constantFrom(['/a/%']),
    syshosts: fc.constantFrom(['ls6'], ['front%']),
    start: fc.constantFrom(at('2023-11-01T05:00:00Z'), at('2024-06-15T17:30:00Z'), at('2024-09-01T05:00:00Z')),
    end: fc.constantFrom(at('2024-10-01T05:00:00Z'), at('2024-11-03T18:00:00Z'), at('2026-01-01T06:00:00Z')),
  },
  { requiredKeys: [] },
);

/** Filters together leave little: one at a time, or none, asks for more. */
const anyFilter = fc.oneof(
  fc.constant({}),
  narrowFilter,
  narrowFilter.map((filter) => Object.fromEntries(Object.entries(filter).slice(0, 1))),
);

const anyOptions: Readonly<Record<string, fc.Arbitrary<Record<string, string>>>> = {
  'last-used': fc.record({ each: fc.constantFrom('package', 'module', 'path') }),
  retire: fc.record({
    each: fc.constantFrom('module', 'path'),
    users: fc.constantFrom('1', '2', '5'),
    idle: fc.constantFrom('0', '1', '6'),
  }),
  versions: fc.record({ package: fc.constantFrom('%', 'r', 'g%') }),
  trend: fc.record({
    by: fc.constantFrom('day', 'week', 'month'),
    each: fc.constantFrom('all', 'package', 'module', 'path'),
    modules: fc.constantFrom('no', 'yes'),
  }),
  movers: fc.record({ each: fc.constantFrom('package', 'module', 'path') }),
  direct: fc.record({ each: fc.constantFrom('package', 'module', 'path'), share: fc.constantFrom('0', '40', '100') }),
  clusters: fc.record({ each: fc.constantFrom('package', 'module', 'path', 'all') }),
  top: fc.record({ each: fc.constantFrom('package', 'module', 'path'), by: fc.constantFrom('users', 'loads') }),
  jobs: fc.record({ each: fc.constantFrom('package', 'module', 'path') }),
  storms: fc.constant({}),
  companions: fc.record({ of: fc.constantFrom('', 'gcc', 'gcc/9.3', 'R', 'git', 'none') }),
  together: fc.record({
    each: fc.constantFrom('package', 'module', 'path'),
    support: fc.constantFrom('1', '0', '7.5'),
  }),
};

/** A question to each report. */
const questions = fc.tuple(
  ...Object.keys(naiveReports).map((name) =>
    fc.record({ filter: anyFilter, options: anyOptions[name] ?? fc.constant({}) }).map(({ filter, options }) => ({
      name,
      request: makeRequest({ filter, options, zone: chicago, now: at('2025-01-01T12:00:00Z') }),
    })),
  ),
);

describe.each(allStoreKinds)('on %s', (kind) => {
  test('reports answer as the loads themselves do, whatever the filter and the options', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyLoad, { maxLength: 80, size: 'max' }),
        fc.constantFrom('tally' as const, 'all' as const),
        questions,
        async (loads, mode, asked) => {
          const store = await openTestStore(newTarget(kind), chicago);
          await store.prepare();
          await storeLoads(store, loads, chicago, mode);
          const usage = new NaiveUsage(chicago);
          usage.add(loads, mode);
          for (const { name, request } of asked) {
            const table = await reports.find((report) => report.name === name)?.run(store, request);
            const expected = naiveReports[name]?.(usage, request);
            expect({ name, ...request, rows: table && recordsOf(table) }).toEqual({ name, ...request, rows: expected });
          }
          await store.drop();
          await store.close();
        },
      ),
      { numRuns: runsOn(kind, 15), endOnFailure: true },
    );
  });
});

/** Rows with the keys of their columns. */
function recordsOf({ columns, rows }: ResultTable): Record<string, unknown>[] {
  return rows.map((row) => Object.fromEntries(columns.map(({ key }, place) => [key, row[place]])));
}
