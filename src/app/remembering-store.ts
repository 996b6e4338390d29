import type { Dimension, Measure, UsageQuery, UsageRow } from '../core/usage-query.ts';
import { restrictStore } from '../privacy/restrict-store.ts';
import type { Store } from '../store/store.ts';
import type { KeptAnswers } from './kept-answers.ts';

/** A store that asks itself only once: many reports ask for the same, each for another purpose. Rows are shared. */
export function rememberingStore(store: Store, rows: KeptAnswers<readonly object[]>, state: string): Store {
  async function select<D extends Dimension, M extends Measure>(query: UsageQuery<D, M>): Promise<UsageRow<D, M>[]> {
    const kept = await rows.answer(JSON.stringify([state, query]), () => store.select(query));
    // The question tells what the rows are.
    return [...(kept as readonly UsageRow<D, M>[])];
  }
  return restrictStore(store, {
    select,
    count: (filter) => store.count(filter),
    readUserDays: (filter, use) => store.readUserDays(filter, use),
    readCatalogues: () => store.readCatalogues(),
    readHistory: () => store.readHistory(),
  });
}
