import type { ContentPrint, ImportRecord, LedgerChange, LedgerEntry, PastImport } from '../../src/core/ledger.ts';
import type { UsageBatch } from '../../src/core/usage-batch.ts';
import type { CommitResult, Store, StoreImport } from '../../src/store/store.ts';

/**
 * A store in memory, for properties that take thousands of imports: a true ledger, and of usage the number of loads
 * that each path has. It answers no questions about usage, and has no catalogue.
 */
export class MemoryStore implements Store {
  readonly name: Store['name'] = 'memory';
  /** Loads of each path. */
  readonly loads: Map<string, number> = new Map();
  readonly imports: ImportRecord[] = [];
  #entries = new Map<number, LedgerEntry & { readonly print: ContentPrint; readonly revision: number }>();
  #nextId = 1;

  create = async (): Promise<boolean> => false;
  prepare = async (): Promise<void> => {};
  drop = async (): Promise<void> => {};
  close = async (): Promise<void> => {};
  count = async (): Promise<number> => this.loads.size;
  readState = async (): Promise<string> => String(this.imports.length);
  atOnce = (): Promise<never> => Promise.reject(new Error('not in memory'));
  readRows = (): Promise<never> => Promise.reject(new Error('not in memory'));
  readUserDays = (): Promise<never> => Promise.reject(new Error('not in memory'));
  forgetUser = (): Promise<number> => Promise.reject(new Error('not in memory'));
  remove = (): Promise<number> => Promise.reject(new Error('not in memory'));
  addSnapshot = (): Promise<never> => Promise.reject(new Error('not in memory'));
  readCatalogues = (): Promise<never> => Promise.reject(new Error('not in memory'));
  select = (): Promise<never> => Promise.reject(new Error('not in memory'));

  readHistory = async (): Promise<readonly PastImport[]> => this.imports.map((record) => ({ ...record, newRows: 0 }));

  async readLedger(): Promise<{ revision: number; entries: LedgerEntry[] }> {
    return { revision: this.imports.length, entries: [...this.#entries.values()] };
  }

  async readPrints(ids: readonly number[]): Promise<ReadonlyMap<number, ContentPrint>> {
    return new Map(
      ids.flatMap((id) => {
        const entry = this.#entries.get(id);
        return entry === undefined ? [] : [[id, entry.print]];
      }),
    );
  }

  async openImport(): Promise<StoreImport> {
    let rows: { source: number; path: string; loads: number }[] = [];
    return {
      cut: 0,
      add: async (batch: UsageBatch, source: number) => {
        for (let row = 0; row < batch.length; row++) {
          const path = batch.vocabulary.modulefiles[batch.modulefile[row] ?? -1]?.path ?? '';
          rows.push({ source, path, loads: batch.loads[row] ?? 0 });
        }
      },
      discard: async (source) => {
        rows = rows.filter((row) => row.source !== source);
      },
      commit: async (record, ledger, revision): Promise<CommitResult | 'conflict'> => {
        const isOvertaken = ({ firstLine }: LedgerChange): boolean =>
          [...this.#entries.values()].some((entry) => entry.revision > revision && entry.firstLine === firstLine);
        if (ledger.some(isOvertaken)) return 'conflict';
        for (const { path, loads } of rows) this.loads.set(path, (this.loads.get(path) ?? 0) + loads);
        this.imports.push(record);
        for (const change of ledger) this.#remember(change);
        return { newRows: rows.length };
      },
      close: async () => {},
    };
  }

  #remember({ id, print, ...change }: LedgerChange): void {
    const known = id === null ? undefined : this.#entries.get(id);
    const newPrint = print ?? known?.print;
    if (newPrint === undefined) throw new Error(`the ledger has no entry ${id}`);
    const { length, lines } = newPrint;
    const newId = id ?? this.#nextId++;
    this.#entries.set(newId, { ...change, id: newId, length, lines, print: newPrint, revision: this.imports.length });
  }
}
