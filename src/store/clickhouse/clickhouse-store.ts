import { AppError } from '../../core/app-error.ts';
import type { CatalogueSnapshot, ClusterCatalogue } from '../../core/catalogue.ts';
import type { ContentPrint, PastImport } from '../../core/ledger.ts';
import type { UsageBatch, UserDayBatch } from '../../core/usage-batch.ts';
import type { Dimension, Measure, UsageFilter, UsageQuery, UsageRow } from '../../core/usage-query.ts';
import { nameColumns, type ResolvedFilter, resolveFilter } from '../resolved-filter.ts';
import type { Store, StoreImport } from '../store.ts';
import { type SummaryRule, usualSummaries } from '../summary-rule.ts';
import { giveUp, giveUpBatch, isUndecided, openBatch, withoutBatch } from './batches.ts';
import { addToCatalogue, readCatalogues, writeCatalogue } from './catalogue.ts';
import type { ClickhouseConnection } from './clickhouse-connection.ts';
import { openClickhouseImport } from './clickhouse-import.ts';
import { compileQuery, readCell } from './compile-query.ts';
import { Decisions } from './decisions.ts';
import { readHistory, readLedger, readPrints } from './ledger.ts';
import { countRows, mayBeThere, removeRows } from './remove-rows.ts';
import {
  createTables,
  dropDatabase,
  insertSettings,
  readQuorum,
  readReplicas,
  readSettings,
  requireKnownVersion,
  SCHEMA_VERSION,
  tablesOf,
  upgradeTables,
} from './schema.ts';
import { compileNameList } from './sources.ts';
import type { StoreState } from './store-state.ts';
import { streamRows, streamUserDays } from './stream-rows.ts';
import { waitForFormer } from './summaries.ts';
import { sweepOn, sweepRows } from './sweep.ts';

/** How often a question is asked again because rows were removed while it was being answered. */
const ATTEMPTS = 5;

/** A store on a ClickHouse cluster, or on one server. */
export class ClickhouseStore implements Store {
  readonly name: string;
  readonly #connection: ClickhouseConnection;
  readonly #decisions: Decisions;
  readonly #waitMs: number;
  readonly #summaries: SummaryRule;
  /** The state that all questions are about; null for the newest. */
  readonly #moment: StoreState | null;
  #shards: Promise<number> | null = null;

  /** @param waitMs how long to wait for others, and for servers that are away, in milliseconds */
  constructor(
    connection: ClickhouseConnection,
    waitMs: number,
    summaries: SummaryRule = usualSummaries,
    moment: StoreState | null = null,
  ) {
    this.#connection = connection;
    this.#decisions = new Decisions(connection);
    this.name = connection.name;
    this.#waitMs = waitMs;
    this.#summaries = summaries;
    this.#moment = moment;
  }

  async create(): Promise<boolean> {
    const state = await this.#decisions.find();
    if (state !== null) requireKnownVersion(state.schema, this.name);
    // A server that has come in the place of another has none of them.
    await createTables(this.#connection, this.#waitMs);
    return state === null && this.#decisions.begin({ schema: SCHEMA_VERSION, shards: await this.#readShards() });
  }

  async prepare(): Promise<void> {
    if ((await this.#decisions.find()) === null) await this.create();
    const { schema } = await this.#readState();
    if (schema === SCHEMA_VERSION) return;
    await upgradeTables(this.#connection, schema, this.#waitMs);
    await this.#decisions.decide(this.#waitMs, (state) =>
      state.schema < SCHEMA_VERSION ? { schema: SCHEMA_VERSION } : null,
    );
  }

  drop(): Promise<void> {
    return dropDatabase(this.#connection, this.#waitMs);
  }

  readLedger(): ReturnType<Store['readLedger']> {
    return this.#read(async (state) => ({
      revision: state.revision,
      entries: await readLedger(this.#connection, state),
    }));
  }

  readPrints(ids: readonly number[]): Promise<ReadonlyMap<number, ContentPrint>> {
    return this.#read((state) => readPrints(this.#connection, state, ids));
  }

  readHistory(): Promise<readonly PastImport[]> {
    return this.#read((state) => readHistory(this.#connection, state));
  }

  async readState(): Promise<string> {
    return textOf(await this.#readState());
  }

  async atOnce<T>(use: (store: Store, state: string) => Promise<T>): Promise<T> {
    const state = await this.#readState();
    return use(new ClickhouseStore(this.#connection, this.#waitMs, this.#summaries, state), textOf(state));
  }

  async openImport(): Promise<StoreImport> {
    await this.#readState();
    return openClickhouseImport(this.#connection, this.#decisions, this.#waitMs, this.#summaries);
  }

  select<D extends Dimension, M extends Measure>(query: UsageQuery<D, M>): Promise<UsageRow<D, M>[]> {
    return this.#read(async (state) => {
      const filter = await this.#resolve(query.filter, state);
      const statement = compileQuery(query, filter, state, tablesOf(this.#connection));
      const rows = await this.#connection.query(statement, readSettings(this.#connection));
      const columns: readonly (Dimension | Measure)[] = [...query.by, ...query.measures];
      return rows.map((cells) => {
        const row: Record<string, unknown> = {};
        for (const [at, name] of columns.entries()) row[name] = readCell(name, cells[at]);
        return row as UsageRow<D, M>;
      });
    });
  }

  count(filter: UsageFilter): Promise<number> {
    return this.#read(async (state) => countRows(this.#connection, state, await this.#resolve(filter, state)));
  }

  readRows<T>(filter: UsageFilter, use: (rows: AsyncIterable<UsageBatch>) => Promise<T>): Promise<T> {
    return this.#stream(filter, streamRows, use);
  }

  readUserDays<T>(filter: UsageFilter, use: (days: AsyncIterable<UserDayBatch>) => Promise<T>): Promise<T> {
    return this.#stream(filter, streamUserDays, use);
  }

  async remove(filter: UsageFilter, archive?: (rows: AsyncIterable<UsageBatch>) => Promise<void>): Promise<number> {
    await this.#readState();
    const removed = await removeRows(
      this.#connection,
      this.#decisions,
      this.#waitMs,
      (state) => this.#resolve(filter, state),
      async (state, resolved) => archive?.(streamRows(this.#connection, state, resolved)),
    );
    await sweepOn(this.#connection, this.#decisions);
    return removed;
  }

  async forgetUser(user: string, isDry: boolean): Promise<number> {
    const filter = { users: [user], modules: null, paths: null, syshosts: null, start: null, end: null, days: null };
    if (isDry) return this.#read((state) => countRows(this.#connection, state, filter));
    await this.#readState();
    const removed = await removeRows(
      this.#connection,
      this.#decisions,
      this.#waitMs,
      async () => filter,
      async () => {},
    );
    // The name has to go from the disks, too.
    await waitForFormer(this.#decisions, this.#waitMs);
    const cause = await sweepRows(this.#connection, this.#decisions, this.#waitMs).catch((error: unknown) => error);
    if (mayBeThere(await this.#readState(), filter)) {
      throw new AppError('STORE_BUSY', `${this.name}: the rows do not count any more, and are still on the disks`, {
        hint: 'Servers remove them when all replicas are there. Run it again to see that they have.',
        cause,
      });
    }
    return removed;
  }

  async addSnapshot(snapshot: CatalogueSnapshot): Promise<boolean> {
    const { syshost } = snapshot;
    const connection = this.#connection;
    if ((await this.#read((state) => addToCatalogue(connection, state, snapshot))) === null) return false;
    const { ofShared } = await readQuorum(connection);
    const settings = await insertSettings(connection, ofShared, this.#waitMs);
    while (true) {
      const batch = await openBatch(this.#decisions, this.#waitMs);
      let isDecided = false;
      try {
        const state = await this.#readState();
        const catalogue = await addToCatalogue(connection, state, snapshot);
        if (catalogue !== null) {
          await connection.persist(this.#waitMs, () => writeCatalogue(connection, catalogue, batch, settings));
        }
        let isTaken = false;
        await this.#decisions.decide(this.#waitMs, (latest) => {
          isTaken = !isUndecided(latest, batch, this.name);
          if (isTaken) return null;
          const open = withoutBatch(latest, batch);
          const before = latest.catalogues[syshost];
          // Somebody else has meanwhile added to it: what was made by the former one is of no use.
          if (catalogue === null || before !== state.catalogues[syshost]) return giveUp(latest, [batch]);
          isTaken = true;
          return {
            open,
            changes: latest.changes + 1,
            unswept: before === undefined ? latest.unswept : [...latest.unswept, before],
            catalogues: { ...latest.catalogues, [syshost]: batch },
          };
        });
        isDecided = true;
        if (isTaken) return true;
        if (catalogue === null) return false;
      } finally {
        if (!isDecided) await giveUpBatch(this.#decisions, this.#waitMs, batch).catch(() => {});
      }
    }
  }

  readCatalogues(): Promise<ClusterCatalogue[]> {
    return this.#read((state) => readCatalogues(this.#connection, state));
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #readState(): Promise<StoreState> {
    return this.#moment ?? this.#readNewest();
  }

  async #readNewest(): Promise<StoreState> {
    const state = await this.#decisions.read();
    requireKnownVersion(state.schema, this.name);
    const shards = await this.#readShards();
    if (shards === state.shards) return state;
    throw new AppError(
      'STORE_FAILED',
      `${this.name}: it was made for ${state.shards} shards, and the cluster has ${shards}`,
      {
        hint: 'Rows do not move from shard to shard: modtally copy brings them into a new store. See docs/clickhouse.md.',
      },
    );
  }

  #readShards(): Promise<number> {
    this.#shards ??= readReplicas(this.#connection).then((replicas) => replicas.length);
    this.#shards.catch(() => {
      this.#shards = null;
    });
    return this.#shards;
  }

  /** An answer about one state: one that was asked for while rows went from the tables may lack some of them. */
  async #read<T>(ask: (state: StoreState) => Promise<T>): Promise<T> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const state = await this.#readState();
      const answer = await ask(state);
      if ((await this.#readNewest()).losses === state.losses) return answer;
    }
    throw removedMeanwhile(this.name);
  }

  async #stream<B, T>(
    filter: UsageFilter,
    stream: (connection: ClickhouseConnection, state: StoreState, filter: ResolvedFilter) => AsyncIterable<B>,
    use: (rows: AsyncIterable<B>) => Promise<T>,
  ): Promise<T> {
    const state = await this.#readState();
    const rows = stream(this.#connection, state, await this.#resolve(filter, state));
    return use(this.#whole(state, rows));
  }

  /** Rows that end with an error where some of them may have been removed before they were read. */
  async *#whole<B>(state: StoreState, rows: AsyncIterable<B>): AsyncGenerator<B> {
    yield* rows;
    if ((await this.#readNewest()).losses !== state.losses) throw removedMeanwhile(this.name);
  }

  #resolve(filter: UsageFilter, state: StoreState): Promise<ResolvedFilter> {
    const connection = this.#connection;
    const time = { start: filter.start ?? null, end: filter.end ?? null, days: filter.days ?? null };
    return resolveFilter(filter, async (kind) => {
      const rows = await connection.query(
        compileNameList(nameColumns[kind], time, state, tablesOf(connection)),
        readSettings(connection),
      );
      // Each shard tells its own.
      return [...new Set(rows.map(([name]) => String(name)))];
    });
  }
}

/** A state as `readState` tells it. */
function textOf({ revision, changes }: StoreState): string {
  return `${revision}.${changes}`;
}

function removedMeanwhile(name: string): AppError {
  return new AppError('STORE_BUSY', `${name}: rows were removed while they were being read`, {
    hint: 'Run it again when that is done.',
  });
}
