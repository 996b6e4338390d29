import type { ContentPrint, LedgerChange, LedgerEntry } from '../core/ledger.ts';
import type { Candidate } from './known-beginning.ts';

/** What the ledger holds for one import: the store's entries, and what this import has read so far. */
export class KnownContents {
  readonly #entries: Map<number, LedgerEntry>;
  readonly #prints = new Map<number, ContentPrint>();
  readonly #changes = new Map<number, LedgerChange>();
  readonly #readPrints: (ids: readonly number[]) => Promise<ReadonlyMap<number, ContentPrint>>;
  /** Entries of this import have no number yet; below zero they cannot be mistaken for the store's. */
  #nextId = -1;

  /**
   * @param entries the store's ledger
   * @param readPrints fetches the prints of some entries, by their ids
   */
  constructor(
    entries: readonly LedgerEntry[],
    readPrints: (ids: readonly number[]) => Promise<ReadonlyMap<number, ContentPrint>>,
  ) {
    this.#entries = new Map(entries.map((entry) => [entry.id, entry]));
    this.#readPrints = readPrints;
  }

  /** The content that was last seen in exactly this state of a file. */
  findByStamp(stamp: string | null): LedgerEntry | undefined {
    if (stamp === null) return undefined;
    for (const entry of this.#entries.values()) if (entry.stamp === stamp) return entry;
    return undefined;
  }

  /**
   * The contents that may begin like one whose first line has this hash and number of bytes: those that share it,
   * and those that are nothing but a shorter line, which may have been taken before it was complete.
   */
  async findByFirstLine(firstLine: number, lineBytes: number): Promise<Candidate[]> {
    const ids = [...this.#entries.values()]
      .filter((entry) => entry.firstLine === firstLine || (entry.lines === 1 && entry.length < lineBytes))
      .map(({ id }) => id);
    const missing = ids.filter((id) => !this.#prints.has(id));
    if (missing.length > 0) for (const [id, print] of await this.#readPrints(missing)) this.#prints.set(id, print);
    return ids.flatMap((id) => {
      const print = this.#prints.get(id);
      return print === undefined ? [] : [{ id, print }];
    });
  }

  /** Remembers a content, or what has become of the one with that id. */
  record(change: LedgerChange): void {
    const id = change.id ?? this.#nextId--;
    const before = this.#entries.get(id);
    const isElsewhere = change.stamp !== null && change.stamp !== before?.stamp;
    if (change.print === null && !isElsewhere && change.tailWaits === before?.tailWaits) return;
    const { firstLine, name, tailWaits } = change;
    const stamp = change.stamp ?? (change.print === null ? (before?.stamp ?? null) : null);
    const length = change.print?.length ?? before?.length ?? 0;
    const lines = change.print?.lines ?? before?.lines ?? 0;
    this.#entries.set(id, { id, firstLine, length, lines, name, stamp, tailWaits });
    if (change.print !== null) this.#prints.set(id, change.print);
    const print = change.print ?? this.#changes.get(id)?.print ?? null;
    this.#changes.set(id, { ...change, stamp, id: id < 0 ? null : id, print });
  }

  /** What the store's ledger has to take in. */
  get changes(): LedgerChange[] {
    return [...this.#changes.values()];
  }
}
