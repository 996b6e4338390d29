import { groupBy } from '../core/group-by.ts';
import type { PackageRule } from '../core/module-name.ts';
import type { UsageFields, UsageFilter } from '../core/usage-query.ts';
import type { Store } from '../store/store.ts';
import type { Each } from './each.ts';

/** What adds up over modules; of the last loads, that is the latest. */
export type Figure = 'loads' | 'direct' | 'dependency' | 'jobs' | 'last';

/** How much something was used: its number of distinct users, and the figures that were asked for. */
export type Usage<F extends Figure> = Pick<UsageFields, 'users' | F>;

/** The usage of a module by one user. */
export type UsageOfUser<F extends Figure> = Pick<UsageFields, 'module' | 'user' | F>;

/**
 * The usage of each package, module or path, by its name.
 * @param options.figures no more than needed: there may be millions of rows behind them
 */
export async function readUsage<F extends Figure>(
  store: Store,
  filter: UsageFilter,
  {
    each,
    packageOf,
    figures,
  }: { readonly each: Each; readonly packageOf: PackageRule; readonly figures: readonly F[] },
): Promise<Map<string, Usage<F>>> {
  if (each === 'package') {
    const packages = groupBy(await readUsageOfUsers(store, filter, figures), ({ module }) => packageOf(module).package);
    return new Map([...packages].map(([name, uses]) => [name, addUp(uses, figures)]));
  }
  const rows = await store.select({ by: [each], measures: ['users', ...figures], filter });
  return new Map(rows.map((row) => [row[each], row]));
}

/** The usage of each module by each user. A store knows no packages: what belongs to one is added up here. */
export function readUsageOfUsers<F extends Figure>(
  store: Store,
  filter: UsageFilter,
  figures: readonly F[],
): Promise<UsageOfUser<F>[]> {
  return store.select({ by: ['module', 'user'], measures: figures, filter });
}

/** The usage of several modules taken together: each user counts once. */
export function addUp<F extends Figure>(uses: readonly UsageOfUser<F>[], figures: readonly F[]): Usage<F> {
  const users = new Set(uses.map(({ user }) => user)).size;
  const sums = figures.map((figure) => {
    const values = uses.map((use): number => use[figure]);
    const sum = figure === 'last' ? Math.max : (one: number, other: number): number => one + other;
    return [figure, values.reduce((total, value) => sum(total, value), 0)];
  });
  return { users, ...Object.fromEntries(sums) };
}
