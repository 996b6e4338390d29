import type { PackageRule } from '../core/module-name.ts';
import type { UsageFilter } from '../core/usage-query.ts';
import type { Store } from '../store/store.ts';
import { type Each, naming } from './each.ts';

/** The usage of one package, module or path. */
export interface Usage {
  readonly name: string;
  readonly users: ReadonlySet<string>;
  readonly loads: number;
  readonly direct: number;
  readonly dependency: number;
  readonly jobs: number;
  readonly last: number;
}

/** The usage of each package, module or path. Users are told apart, so that what belongs together can be merged. */
export async function readUsage(
  store: Store,
  filter: UsageFilter,
  each: Each,
  packageOf: PackageRule,
): Promise<Map<string, Usage>> {
  const { by, nameOf } = naming(each, packageOf);
  const sums = new Map<string, UsageSum>();
  for (const row of await store.select({ by: [by, 'user'], measures: figures, filter })) {
    addRow(sums, nameOf(row[by]), row);
  }
  return sums;
}

/** The same, apart for each cluster. */
export async function readUsageOfClusters(
  store: Store,
  filter: UsageFilter,
  each: Each,
  packageOf: PackageRule,
): Promise<Map<string, Map<string, Usage>>> {
  const { by, nameOf } = naming(each, packageOf);
  const clusters = new Map<string, Map<string, UsageSum>>();
  for (const row of await store.select({ by: [by, 'user', 'syshost'], measures: figures, filter })) {
    const sums = clusters.get(row.syshost) ?? new Map<string, UsageSum>();
    clusters.set(row.syshost, sums);
    addRow(sums, nameOf(row[by]), row);
  }
  return clusters;
}

/** The usage of several taken together. */
export function mergeUsage(name: string, parts: readonly Usage[]): Usage {
  const sum = newSum(name);
  for (const part of parts) {
    for (const user of part.users) sum.users.add(user);
    addTo(sum, part);
  }
  return sum;
}

const figures = ['loads', 'direct', 'dependency', 'jobs', 'last'] as const;

type Figures = Pick<Usage, (typeof figures)[number]>;

/** A usage that grows. */
type UsageSum = { readonly name: string; readonly users: Set<string> } & { -readonly [key in keyof Figures]: number };

function addRow(sums: Map<string, UsageSum>, name: string, row: Figures & { readonly user: string }): void {
  const sum = sums.get(name) ?? newSum(name);
  sums.set(name, sum);
  sum.users.add(row.user);
  addTo(sum, row);
}

function newSum(name: string): UsageSum {
  const none = { loads: 0, direct: 0, dependency: 0, jobs: 0 };
  return { name, users: new Set(), ...none, last: Number.NEGATIVE_INFINITY };
}

function addTo(sum: UsageSum, more: Figures): void {
  sum.loads += more.loads;
  sum.direct += more.direct;
  sum.dependency += more.dependency;
  sum.jobs += more.jobs;
  sum.last = Math.max(sum.last, more.last);
}
