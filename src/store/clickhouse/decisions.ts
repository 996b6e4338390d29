import { randomBytes } from 'node:crypto';
import { AppError } from '../../core/app-error.ts';
import type { ClickhouseConnection } from './clickhouse-connection.ts';
import { tablesOf } from './schema.ts';
import { quoteText } from './statement.ts';
import {
  firstState,
  isOldNumber,
  readState,
  type StateChange,
  type StoreState,
  stateAfter,
  writeState,
} from './store-state.ts';
import { readNodes } from './zookeeper.ts';

/**
 * The states of a store, one after the other. ClickHouse has no transactions, but it makes a table of a name only
 * once: the state with the number n is what stands in the table n. In a cluster that table is a replicated one whose
 * replica has a fixed name, so that ZooKeeper lets it be made on one server only, and any server can read there what
 * stands in it. So nothing is locked, nothing has to be given back by who is killed, and who got no answer asks again.
 *
 * The newest table is never dropped. So a number that was dropped can be made again only by who has not noticed that
 * the state has long moved on, and whose table nobody looks at.
 */
export class Decisions {
  readonly #connection: ClickhouseConnection;
  readonly #path: string;
  #latest: StoreState | null = null;

  constructor(connection: ClickhouseConnection) {
    this.#connection = connection;
    this.#path = tablesOf(connection).statePath;
  }

  /** @throws AppError STORE_MISSING */
  async read(): Promise<StoreState> {
    const state = await this.find();
    if (state !== null) return state;
    const { name, database } = this.#connection;
    throw new AppError('STORE_MISSING', `${name}: there is no store in ${database}`, {
      hint: 'modtally init, or an import, makes it. Or ?cluster=NAME is missing or wrong.',
    });
  }

  /** The newest state; null where there is no store. */
  async find(): Promise<StoreState | null> {
    while (true) {
      const numbers = await this.#readNumbers();
      const newest = numbers.reduce((highest, number) => Math.max(highest, number), 0);
      if (newest === 0) return null;
      if (this.#latest?.number === newest) return this.#latest;
      const state = await this.#readNumber(newest);
      // Else it was dropped meanwhile, as there are newer ones.
      if (state !== null) {
        this.#latest = state;
        return state;
      }
    }
  }

  /**
   * Decides for the next state.
   * @param change what it is to be after one; asked again where somebody else was faster; null for nothing
   * @returns the state that came of it; the one that was found where nothing was to be changed
   */
  async decide(
    waitMs: number,
    change: (state: StoreState) => Promise<StateChange | null> | StateChange | null,
  ): Promise<StoreState> {
    const deadline = performance.now() + Math.max(waitMs, SHORTEST_WAIT_MS);
    return this.#connection.persist(waitMs, async () => {
      while (true) {
        const state = await this.read();
        const changed = await change(state);
        if (changed === null) return state;
        const next = await this.#propose(state, changed);
        if (next !== null) return next;
        if (performance.now() > deadline) {
          throw new AppError('STORE_BUSY', `${this.#connection.name}: others were always faster`, {
            hint: 'Too many import at the same time: see docs/scale.md. Run it again.',
          });
        }
      }
    });
  }

  /** Makes the first state, last of all that a new store needs; false where there is one. */
  async begin(change: StateChange): Promise<boolean> {
    return (await this.find()) === null && (await this.#propose(firstState, change)) !== null;
  }

  async #propose(state: StoreState, change: StateChange): Promise<StoreState | null> {
    const mark = randomBytes(9).toString('base64url');
    const next = stateAfter(state, change, mark);
    const failure = await this.#make(next).catch((error: unknown) => error);
    // Not what the server said counts, but what is decided.
    const found = await this.find();
    if (found?.marks.includes(mark)) {
      if (next.number % CLEANING_PERIOD === 0) await this.#dropOld(next).catch(() => {});
      return next;
    }
    if (found !== null && found.number >= next.number) return null;
    throw failure ?? new AppError('STORE_FAILED', `${this.#connection.name}: a table was made and is not there`);
  }

  async #make(state: StoreState): Promise<void> {
    const text = writeState(state);
    if (text.length > LONGEST_STATE) throw isTooLong(this.#connection.name, state);
    const { cluster } = this.#connection;
    const { nameOf } = tablesOf(this.#connection);
    const engine =
      cluster === null
        ? 'TinyLog'
        : `ReplicatedMergeTree(${quoteText(`${this.#path}/${state.number}`)}, 'one') ORDER BY tuple()`;
    await this.#connection.run(
      `CREATE TABLE ${nameOf(tableOf(state.number))} (state String DEFAULT ${quoteText(text)}) ENGINE = ${engine}`,
    );
  }

  async #readNumbers(): Promise<number[]> {
    const { cluster, database } = this.#connection;
    if (cluster === null) return this.#readTables();
    try {
      return (await readNodes(this.#connection, this.#path)).map(({ name }) => Number(name));
    } catch (error) {
      if (error instanceof AppError && error.code === 'STORE_MISSING') {
        throw new AppError('STORE_FAILED', `${this.#connection.name}: the servers have no ZooKeeper`, {
          hint: `A cluster needs one. Without ?cluster=NAME, ${database} is kept on one server alone.`,
          cause: error,
        });
      }
      throw error;
    }
  }

  /** The numbers whose tables are on the server that is asked. */
  async #readTables(): Promise<number[]> {
    const rows = await this.#connection.query(
      `SELECT name FROM system.tables WHERE database = ${quoteText(this.#connection.database)} AND name LIKE 'modtally\\_state\\_%'`,
    );
    return rows.map(([name]) => Number(String(name).slice(tableOf('').length)));
  }

  async #readNumber(number: number): Promise<StoreState | null> {
    const { cluster, database } = this.#connection;
    if (cluster !== null) {
      const nodes = await readNodes(this.#connection, `${this.#path}/${number}`);
      const columns = nodes.find(({ name }) => name === 'columns');
      return columns === undefined ? null : readState(columns.value);
    }
    const [row] = await this.#connection.query(
      `SELECT default_expression FROM system.columns WHERE database = ${quoteText(database)} AND table = ${quoteText(tableOf(number))}`,
    );
    return row === undefined ? null : readState(String(row[0]));
  }

  /** Drops what is old of the tables that the server has which is being spoken to. */
  async #dropOld(state: StoreState): Promise<void> {
    const { nameOf } = tablesOf(this.#connection);
    for (const number of await this.#readTables()) {
      if (isOldNumber(number, state)) await this.#connection.run(`DROP TABLE IF EXISTS ${nameOf(tableOf(number))}`);
    }
  }
}

/** ZooKeeper takes a megabyte at most, and the server tells more than the state alone. */
const LONGEST_STATE = 500_000;
const CLEANING_PERIOD = 8;
const SHORTEST_WAIT_MS = 10_000;

function isTooLong(name: string, state: StoreState): AppError {
  const { removals, unswept } = state;
  if (writeState({ ...state, removals: removals.slice(0, -1) }).length <= LONGEST_STATE) {
    return new AppError('STORE_FAILED', `${name}: what is to be removed takes too many names`, {
      hint: 'Name fewer users, modules or paths at once. Nothing was changed.',
    });
  }
  const waiting = `${removals.length} removals and ${unswept.length} failed imports`;
  return new AppError('STORE_FAILED', `${name}: rows of ${waiting} wait to be taken out of the tables, too many`, {
    hint: 'Is a replica away for long? system.mutations and system.replicas of the servers tell what they wait for.',
  });
}

function tableOf(number: number | ''): string {
  return `modtally_state_${number}`;
}
