import { namesOfRow, pickRows } from '../core/pick-rows.ts';
import type { UsageBatch } from '../core/usage-batch.ts';
import { NamePlaces } from '../store/name-places.ts';

const counts = ['loads', 'direct', 'dependency', 'jobs'] as const;

/**
 * Rows of one day that a store has, to see what of another's it lacks: of a tally what it has grown by, of loads of
 * their own those that are new. What is missing comes in one vocabulary, from however many readings.
 */
export class HeldRows {
  readonly #names = new NamePlaces();
  /** The counts of each tally. */
  readonly #tallies = new Map<string, readonly number[]>();
  /** How often each load is there. */
  readonly #loads = new Map<string, number>();

  get isEmpty(): boolean {
    return this.#tallies.size === 0 && this.#loads.size === 0;
  }

  add(batch: UsageBatch): void {
    for (let row = 0; row < batch.length; row++) {
      const key = this.#keyOf(batch, row);
      if (batch.detail === null) this.#tallies.set(key, countsOf(batch, row));
      else this.#loads.set(key, (this.#loads.get(key) ?? 0) + 1);
    }
  }

  /**
   * What of a batch is not held; what is, is held no more.
   * @returns null where a tally has less than is held of it
   */
  takeMissing(batch: UsageBatch): UsageBatch | null {
    const grown = new Map<number, readonly number[]>();
    for (let row = 0; row < batch.length; row++) {
      const key = this.#keyOf(batch, row);
      const own = countsOf(batch, row);
      if (batch.detail === null) {
        const held = this.#tallies.get(key);
        this.#tallies.delete(key);
        const growth = own.map((count, at) => count - (held?.[at] ?? 0));
        if (growth.some((count) => count < 0)) return null;
        if (growth[0] !== 0) grown.set(row, growth);
      } else {
        const times = this.#loads.get(key) ?? 0;
        if (times > 1) this.#loads.set(key, times - 1);
        else this.#loads.delete(key);
        if (times === 0) grown.set(row, own);
      }
    }
    const growths = [...grown.values()];
    const picked = pickRows(batch, (row) => grown.has(row));
    const rows = [...Array(picked.length).keys()];
    const count = (at: number): Float64Array => Float64Array.from(growths, (growth) => growth[at] ?? 0);
    return {
      ...picked,
      vocabulary: this.#names.vocabulary,
      user: Int32Array.from(rows, (row) => this.#placesOf(picked, row).user),
      modulefile: Int32Array.from(rows, (row) => this.#placesOf(picked, row).modulefile),
      group: Int32Array.from(rows, (row) => this.#placesOf(picked, row).group),
      loads: count(0),
      direct: count(1),
      dependency: count(2),
      jobs: count(3),
    };
  }

  /** What a row is known again by. */
  #keyOf(batch: UsageBatch, row: number): string {
    const { user, modulefile, group } = this.#placesOf(batch, row);
    const { first, last, detail } = batch;
    if (detail === null) return `${user} ${modulefile}`;
    const place = JSON.stringify([detail.host[row], detail.jobid[row]]);
    return [user, modulefile, group, first[row], last[row], ...countsOf(batch, row), place].join(' ');
  }

  /** The places of a row's names in the common vocabulary. */
  #placesOf(batch: UsageBatch, row: number): { user: number; modulefile: number; group: number } {
    const { user, modulefile } = namesOfRow(batch, row);
    const group = batch.vocabulary.groups[batch.group[row] ?? -1];
    return {
      user: this.#names.placeOfUser(user),
      modulefile: this.#names.placeOfModulefile(modulefile),
      group: group === undefined ? -1 : this.#names.placeOfGroup(group),
    };
  }
}

function countsOf(batch: UsageBatch, row: number): number[] {
  return counts.map((name) => batch[name][row] ?? 0);
}
