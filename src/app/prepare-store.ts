import { openStore } from '../store/open-store.ts';
import type { Settings } from './settings.ts';

/**
 * Makes the store that the settings name where there is none.
 * @param drop whether to remove it first, with everything in it
 * @param upgrade whether to bring one that is there up to date
 * @throws AppError
 */
export async function prepareStore(
  settings: Settings,
  { drop = false, upgrade = false }: { readonly drop?: boolean; readonly upgrade?: boolean },
): Promise<{ name: string; isNew: boolean }> {
  const store = await openStore(settings.store, { waitMs: settings.waitMs, zone: settings.zone });
  try {
    if (drop) await store.drop();
    const isNew = await store.create();
    if (upgrade) await store.prepare();
    return { name: store.name, isNew };
  } finally {
    await store.close();
  }
}
