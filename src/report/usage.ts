import { groupBy } from '../core/group-by.ts';
import type { PackageRule } from '../core/module-name.ts';
import type { UsageFilter } from '../core/usage-query.ts';
import type { Store } from '../store/store.ts';
import type { Each } from './each.ts';

/** How much something was used. */
export interface Usage extends Figures {
  /** Number of distinct users. */
  readonly users: number;
}

/** The usage of a module by one user. */
export interface UsageOfUser extends Figures {
  readonly module: string;
  readonly user: string;
}

interface Figures {
  readonly loads: number;
  readonly direct: number;
  readonly dependency: number;
  readonly jobs: number;
  readonly last: number;
}

const figures = ['loads', 'direct', 'dependency', 'jobs', 'last'] as const;

/** The usage of each package, module or path, by its name. */
export async function readUsage(
  store: Store,
  filter: UsageFilter,
  each: Each,
  packageOf: PackageRule,
): Promise<Map<string, Usage>> {
  if (each === 'package') {
    const packages = groupBy(await readUsageOfUsers(store, filter), ({ module }) => packageOf(module).package);
    return new Map([...packages].map(([name, uses]) => [name, addUp(uses)]));
  }
  const rows = await store.select({ by: [each], measures: ['users', ...figures], filter });
  return new Map(rows.map((row) => [row[each], row]));
}

/** The usage of each module by each user. A store knows no packages: what belongs to one is added up here. */
export function readUsageOfUsers(store: Store, filter: UsageFilter): Promise<UsageOfUser[]> {
  return store.select({ by: ['module', 'user'], measures: figures, filter });
}

/** The usage of several modules taken together: each user counts once. */
export function addUp(uses: readonly UsageOfUser[]): Usage {
  const sum = (key: keyof Figures): number => uses.reduce((total, use) => total + use[key], 0);
  return {
    users: new Set(uses.map(({ user }) => user)).size,
    loads: sum('loads'),
    direct: sum('direct'),
    dependency: sum('dependency'),
    jobs: sum('jobs'),
    last: uses.reduce((last, use) => Math.max(last, use.last), 0),
  };
}
