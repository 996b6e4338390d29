import { AppError } from '../core/app-error.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import type { Settings } from './settings.ts';

/** A store that nobody has asked for so long is closed: what it holds of memory and connections goes back. */
const IDLE_MS = 60_000;

/**
 * A store for as long as a server runs: opened when it is asked, closed when nobody asks, and opened anew where it has
 * failed, as connections break and database servers are started again.
 */
export class LiveStore {
  readonly #settings: Settings;
  #open: { readonly store: Promise<Store>; users: number; idle: NodeJS.Timeout | null } | null = null;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** @throws AppError STORE_ codes */
  async use<T>(work: (store: Store) => Promise<T>): Promise<T> {
    const { waitMs, zone, store: target } = this.#settings;
    this.#open ??= { store: openStore(target, { waitMs, zone }), users: 0, idle: null };
    const open = this.#open;
    if (open.idle !== null) clearTimeout(open.idle);
    open.idle = null;
    open.users++;
    try {
      return await work(await open.store);
    } catch (error) {
      // Others may still be at work with it: whoever comes next gets another one.
      const isOfStore = !(error instanceof AppError) || error.code.startsWith('STORE_');
      if (isOfStore && this.#open === open) this.#open = null;
      throw error;
    } finally {
      open.users--;
      if (open.users === 0) {
        if (this.#open === open) open.idle = setTimeout(() => this.close(), IDLE_MS).unref();
        else await closeStore(open.store);
      }
    }
  }

  /** Closes the store, at once or when the last has done with it. */
  async close(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    if (open === null) return;
    if (open.idle !== null) clearTimeout(open.idle);
    if (open.users === 0) await closeStore(open.store);
  }
}

async function closeStore(store: Promise<Store>): Promise<void> {
  await (await store.catch(() => null))?.close().catch(() => {});
}
