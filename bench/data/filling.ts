import type { Store } from '../../src/store/store.ts';
import { createCentre } from './centre.ts';
import { FIRST_DAY, SEED } from './data-version.ts';
import { loadsOfDay } from './loads-of-day.ts';
import { createRandom } from './random.ts';

/** A centre of three clusters comes to a hundred million loads in a year. */
const CLUSTERS = 3;
const LOADS_A_DAY = 274_000;

/** Loads on their way into a store, a day in each import. */
export class Filling {
  loads = 0;
  days = 0;
  /** Within the store, so that making the data does not count. */
  seconds = 0;
  readonly #store: Store;
  readonly #centre = createCentre(CLUSTERS, SEED);
  readonly #random = createRandom(SEED);

  constructor(store: Store) {
    this.#store = store;
  }

  async fill(loads: number, deadline: number): Promise<void> {
    while (this.loads < loads && performance.now() < deadline) await this.#addDay();
  }

  async #addDay(): Promise<void> {
    const storeImport = await this.#timed(() => this.#store.openImport());
    let loads = 0;
    for (const batch of loadsOfDay(this.#centre, FIRST_DAY + this.days, LOADS_A_DAY, this.#random)) {
      loads += batch.length;
      await this.#timed(() => storeImport.add(batch, 0));
    }
    const nothing = { files: 1, lines: 0, loads: 0, ignored: 0, skipped: 0, rejected: 0, already: 0 };
    await this.#timed(() => storeImport.commit({ ...nothing, startedAt: 0, zone: 'UTC' }, [], 0));
    await storeImport.close();
    this.loads += loads;
    this.days++;
  }

  async #timed<T>(work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    const result = await work();
    this.seconds += (performance.now() - startedAt) / 1000;
    return result;
  }
}
