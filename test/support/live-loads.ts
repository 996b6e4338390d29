import { createSiteZone } from '../../src/core/site-zone.ts';
import { openStore } from '../../src/store/open-store.ts';

/** A load as Lmod's hook says it; each user is one that no other load has. */
export function loadOf(user: string): string {
  return `user=${user} module=gcc/12.2 path=/apps/Core/gcc/12.2.lua host=n1.hive.site time=1763800000.123456`;
}

/** How often each user's load is in an embedded store; empty where there is none yet. */
export async function storedLoads(path: string): Promise<Readonly<Record<string, number>>> {
  const store = await openStore({ kind: 'duckdb', path }, { waitMs: 60_000, zone: createSiteZone('UTC') });
  try {
    const rows = await store.select({ by: ['user'], measures: ['loads'], filter: {} });
    return Object.fromEntries(rows.map(({ user, loads }) => [user, loads]));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'STORE_MISSING') return {};
    throw error;
  } finally {
    await store.close();
  }
}
