import type { Load } from '../../src/core/load.ts';
import { createSiteZone } from '../../src/core/site-zone.ts';
import { restrictStore } from '../../src/privacy/restrict-store.ts';
import type { Store } from '../../src/store/store.ts';
import { MemoryStore } from './memory-store.ts';
import { NaiveUsage } from './naive-usage.ts';

/** A store that answers from the loads themselves, in UTC. */
export function naiveStore(loads: readonly Load[]): Store {
  const usage = new NaiveUsage(createSiteZone('UTC'));
  usage.add(loads, 'tally');
  return restrictStore(new MemoryStore(), {
    select: async (query) => usage.answer(query) as never,
    count: async (filter) => usage.select(filter).length,
    readCatalogues: async () => [],
    readHistory: async () => [],
  });
}
