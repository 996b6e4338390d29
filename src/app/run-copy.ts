import { realpathSync } from 'node:fs';
import { compareStores, type StoreComparison } from '../copy/compare-stores.ts';
import { type CopyAccount, copyStore } from '../copy/copy-store.ts';
import { AppError } from '../core/app-error.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import type { StoreTarget } from '../store/store-target.ts';
import { namedZone, requireZone, type Settings } from './settings.ts';

export interface CopyRequest {
  /** Of whose store everything goes into. */
  readonly settings: Settings;
  readonly from: StoreTarget;
  /** Whether the settings' zone was asked for; else it is the one by which the source has counted its days. */
  readonly isZoneGiven: boolean;
  readonly mayMerge: boolean;
  readonly isDry: boolean;
  /** Whether both stores are compared afterwards. */
  readonly verify: boolean;
  readonly onProgress: (copied: number, toCome: number) => void;
}

export interface CopyReport extends CopyAccount {
  /** The names of both stores. */
  readonly source: string;
  readonly store: string;
  /** The zone of local times in either of them. */
  readonly zone: string;
  readonly seconds: number;
  /** Null where nothing was compared. */
  readonly comparison: StoreComparison | null;
}

/**
 * Copies everything from one store into the one that the settings name, which is made if need be.
 * @throws AppError
 */
export async function runCopy(request: CopyRequest): Promise<CopyReport> {
  const { settings, from, isDry } = request;
  const startedAt = performance.now();
  refuseSame(from, settings.store);
  const zone = request.isZoneGiven ? settings.zone : await zoneOf(from, settings);
  const source = await openStore(from, { waitMs: settings.waitMs, zone });
  const target = await openStore(settings.store, { waitMs: settings.waitMs, zone });
  try {
    if (!isDry) await target.prepare();
    const { mayMerge, onProgress } = request;
    const now = Date.now() / 1000;
    const account = await copyStore(source, target, { mayMerge, isDry, zone: zone.name, now, onProgress });
    const comparison = request.verify ? await compareStores(source, target) : null;
    const seconds = (performance.now() - startedAt) / 1000;
    return { ...account, source: source.name, store: target.name, zone: zone.name, seconds, comparison };
  } finally {
    await closeAll(source, target);
  }
}

async function closeAll(...stores: readonly Store[]): Promise<void> {
  for (const store of stores) await store.close();
}

/** The zone of a store's last import; where it knows of none, that of the settings. */
async function zoneOf(from: StoreTarget, { waitMs, zone }: Settings): Promise<Settings['zone']> {
  const source = await openStore(from, { waitMs, zone });
  try {
    const last = (await source.readHistory()).at(-1);
    return last === undefined ? namedZone(zone) : requireZone(last.zone, source.name);
  } finally {
    await source.close();
  }
}

function refuseSame(from: StoreTarget, to: StoreTarget): void {
  const [one, other] = [from, to].map(placeOf);
  if (one === other) throw new AppError('USAGE', 'the store to copy from and the one to copy to are the same');
}

/** Where a store is, however it is written. */
function placeOf(target: StoreTarget): string {
  if (target.kind !== 'duckdb') return JSON.stringify({ ...target, user: '', password: '' });
  try {
    return realpathSync(target.path);
  } catch {
    return target.path;
  }
}
