import { createSiteZone } from '../../src/core/site-zone.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { StoreTarget } from '../../src/store/store-target.ts';
import { busySiteLog } from './busy-site-log.ts';
import { importInto } from './import-texts.ts';
import { newTarget, type StoreKind } from './stores.ts';
import { textSource } from './text-source.ts';

/** The midnight behind the last day of the log. */
export const busyEnd: number = Date.UTC(2026, 5, 15);

/** A store with the log of a busy site. */
export async function newBusyStore(kind: StoreKind, days = 150): Promise<StoreTarget> {
  const target = newTarget(kind);
  await fillBusyStore(target, days);
  return target;
}

/** Puts the log of a busy site into a store. */
export async function fillBusyStore(target: StoreTarget, days: number): Promise<void> {
  const zone = createSiteZone('UTC');
  const store = await openStore(target, { waitMs: 20_000, zone });
  try {
    await store.prepare();
    const log = busySiteLog({ users: 30, days, end: busyEnd });
    await importInto(store, [textSource(log, { chunkBytes: 65_536 })], { zone, now: busyEnd / 1000 });
  } finally {
    await store.close();
  }
}
