import fc from 'fast-check';
import { expect } from 'vitest';
import type { Load } from '../../src/core/load.ts';
import type { SiteZone } from '../../src/core/site-zone.ts';
import type { UsageFilter } from '../../src/core/usage-query.ts';
import type { ImportMode } from '../../src/ingest/usage-collector.ts';
import type { Store } from '../../src/store/store.ts';
import { anyFilter } from './any-question.ts';
import { anyLoad, crowdedLoad, storeLoads } from './make-loads.ts';
import { NaiveUsage } from './naive-usage.ts';

/** An import, or a removal. */
type Step = { readonly mode: ImportMode; readonly loads: readonly Load[] } | { readonly removed: UsageFilter };

const anyImport: fc.Arbitrary<Step> = fc.record({
  mode: fc.constantFrom('tally', 'tally', 'all'),
  loads: fc.array(fc.oneof(crowdedLoad, crowdedLoad, anyLoad), { maxLength: 25 }),
});

const anyRemoval: fc.Arbitrary<Step> = fc.record({ removed: anyFilter });

/** What may become of a store: imports of both modes, overlapping, also of days long gone, and removals in between. */
export const anyLife: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof({ weight: 3, arbitrary: anyImport }, { weight: 1, arbitrary: anyRemoval }),
  { minLength: 1, maxLength: 5 },
);

/** Does all that to a store, and gives back what should now be in it. */
export async function live(store: Store, life: readonly Step[], zone: SiteZone): Promise<NaiveUsage> {
  const naive = new NaiveUsage(zone);
  for (const step of life) {
    if ('removed' in step) {
      expect(await store.count(step.removed)).toBe(naive.select(step.removed).length);
      expect(await store.remove(step.removed)).toBe(naive.remove(step.removed));
    } else {
      await storeLoads(store, step.loads, zone, step.mode);
      naive.add(step.loads, step.mode);
    }
  }
  return naive;
}

/** Time ranges at whose edge something happens: that let all rows through, just so or not quite. */
export function edgesOf({ rows }: NaiveUsage): UsageFilter[] {
  if (rows.length === 0) return [];
  const firsts = rows.map(({ first }) => first);
  const [start, end] = [Math.min(...firsts), Math.max(...firsts, ...rows.map(({ last }) => last))];
  return [{ start, end: end + 1 }, { start: start + 1 }, { end }, { end: Math.max(...firsts) + 1 }];
}
