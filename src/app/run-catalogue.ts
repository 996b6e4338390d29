import { readInstalled } from '../catalogue/read-installed.ts';
import { AppError } from '../core/app-error.ts';
import { type ClusterCatalogue, catalogueOf } from '../core/catalogue.ts';
import { compareText } from '../core/compare-text.ts';
import { cutText, NAME_CHARACTERS } from '../core/cut-text.ts';
import { compileLikeAny } from '../core/like-pattern.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { figuresOf, type SnapshotFigures } from './catalogue-tables.ts';
import type { Settings } from './settings.ts';

/** A snapshot that was added, and whether the store had the very same already. */
export interface AddedSnapshot extends SnapshotFigures {
  readonly syshost: string;
  readonly isNew: boolean;
}

/**
 * Adds a snapshot to the catalogue of some clusters, and makes the store if need be.
 * @param request the sources as `readInstalled` takes them; the clusters' names, none for the only one that has usage
 * @throws AppError
 */
export async function addToCatalogue(
  settings: Settings,
  request: { readonly sources: readonly string[]; readonly syshosts: readonly string[]; readonly day: number },
): Promise<{ store: string; added: AddedSnapshot[] }> {
  const modules = await readInstalled(request.sources, process.stdin);
  const store = await openStore(settings.store, { waitMs: settings.waitMs, zone: settings.zone });
  try {
    await store.prepare();
    const given = request.syshosts.map((syshost) => cutText(syshost, NAME_CHARACTERS));
    const added: AddedSnapshot[] = [];
    for (const syshost of new Set(given.length > 0 ? given : [await onlyCluster(store)])) {
      const isNew = await store.addSnapshot({ syshost, day: request.day, modules });
      const figures = figuresOf(catalogueOf(await store.readCatalogues(), syshost));
      for (const snapshot of figures) if (snapshot.day === request.day) added.push({ ...snapshot, syshost, isNew });
    }
    return { store: store.name, added };
  } finally {
    await store.close();
  }
}

/**
 * The catalogues in the store that the settings name.
 * @param syshosts LIKE patterns on the cluster; none for all
 * @throws AppError
 */
export async function readCatalogues(settings: Settings, syshosts: readonly string[]): Promise<ClusterCatalogue[]> {
  const isWanted = compileLikeAny(syshosts);
  const store = await openStore(settings.store, { waitMs: settings.waitMs, zone: settings.zone });
  try {
    return (await store.readCatalogues()).filter(({ syshost }) => isWanted(syshost));
  } finally {
    await store.close();
  }
}

async function onlyCluster(store: Store): Promise<string> {
  const rows = await store.select({ by: ['syshost'], measures: [], filter: {} });
  const [only, ...others] = rows.map(({ syshost }) => syshost).sort(compareText);
  if (only !== undefined && others.length === 0) return only;
  const known =
    only === undefined ? 'The store has usage of none yet.' : `The store has usage of ${[only, ...others].join(', ')}.`;
  throw new AppError('USAGE', 'the cluster that these modules are installed on is not known', {
    hint: `Name it with --syshost, as reports show it. ${known}`,
  });
}
