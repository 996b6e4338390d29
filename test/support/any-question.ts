import fc from 'fast-check';
import type { Dimension, Measure, UsageFilter, UsageQuery } from '../../src/core/usage-query.ts';

export const dimensions: readonly Dimension[] = ['user', 'module', 'path', 'syshost', 'group', 'day', 'week', 'month'];
export const measures: readonly Measure[] = [
  'users',
  'loads',
  'direct',
  'dependency',
  'jobs',
  'first',
  'last',
  'syshosts',
  'modules',
  'days',
];

const second = (text: string): number => Date.parse(text) / 1000;

/** Before, among and after all loads of `anyLoad` and `crowdedLoad`. */
const anyBound = fc.oneof(
  fc.constantFrom(second('1900-01-01T00:00:00Z'), second('2024-11-03T06:00:00Z'), second('2300-01-01T00:00:00Z')),
  fc.integer({ min: second('2024-10-01T00:00:00Z'), max: second('2024-12-31T00:00:00Z') }),
);

/** Up to three days around a change of clocks, or none of them. */
const anyDays = fc
  .tuple(fc.integer({ min: 20_028, max: 20_032 }), fc.nat(3))
  .map(([from, days]): [number, number] => [from, from + days]);

/** A random filter, for the names of `anyLoad` and `crowdedLoad`. */
export const anyFilter: fc.Arbitrary<UsageFilter> = fc.record(
  {
    users: fc.constantFrom(['r'], ['%e%', 'I'], ['a_'], ["o'b"], ['\\%'], ['nobody'], []),
    modules: fc.constantFrom(['é/%'], ['%/1.0']),
    paths: fc.constantFrom(['/apps/_'], ['%\\\\%'], ['%\\_']),
    syshosts: fc.constantFrom(['ls6'], ['front%', 'unknown']),
    exact: fc.constantFrom(
      { users: ['R'] },
      { users: ['r', 'bob'], syshosts: ['LS6', 'ls6'] },
      { modules: ['R/1.0', 'é/1.0'] },
      { paths: ['/apps/r', '%'] },
    ),
    start: anyBound,
    end: anyBound,
    days: anyDays,
  },
  { requiredKeys: [] },
);

/** A random question: any dimensions, any measures, any filter. */
export const anyQuery: fc.Arbitrary<UsageQuery> = fc
  .record({ by: fc.subarray([...dimensions]), measures: fc.subarray([...measures]), filter: anyFilter })
  .filter(({ by, measures: asked }) => by.length + asked.length > 0);
