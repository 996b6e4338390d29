import {
  type CatalogueSnapshot,
  type ClusterCatalogue,
  catalogueOf,
  modulesOn,
  withSnapshot,
} from '../core/catalogue.ts';
import type { Store } from '../store/store.ts';

/**
 * The snapshots of the source that the target does not have, or has otherwise.
 * @param known the target's catalogues
 */
export function missingSnapshots(
  catalogues: readonly ClusterCatalogue[],
  known: readonly ClusterCatalogue[],
): CatalogueSnapshot[] {
  return catalogues.flatMap((catalogue) => {
    const { syshost, days } = catalogue;
    const ofTarget = catalogueOf(known, syshost);
    return days
      .map((day) => ({ syshost, day, modules: modulesOn(catalogue, day).map(({ since: _, ...module }) => module) }))
      .filter((snapshot) => withSnapshot(ofTarget, snapshot) !== ofTarget);
  });
}

/**
 * Copies the snapshots of what was installed. One that the target has of the same cluster and day makes way.
 * @returns the number of those that were new
 */
export async function copyCatalogues(source: Store, target: Store): Promise<number> {
  const missing = missingSnapshots(await source.readCatalogues(), await target.readCatalogues());
  for (const snapshot of missing) await target.addSnapshot(snapshot);
  return missing.length;
}
