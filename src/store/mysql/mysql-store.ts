import { AppError } from '../../core/app-error.ts';
import type { CatalogueSnapshot, ClusterCatalogue } from '../../core/catalogue.ts';
import { compareText } from '../../core/compare-text.ts';
import type { ContentPrint, PastImport } from '../../core/ledger.ts';
import type { SiteZone } from '../../core/site-zone.ts';
import type { UsageBatch, UserDayBatch } from '../../core/usage-batch.ts';
import type { Dimension, Measure, UsageFilter, UsageQuery, UsageRow } from '../../core/usage-query.ts';
import { MysqlConnection, quoteName } from '../../mysql/mysql-connection.ts';
import type { MysqlTarget } from '../../mysql/mysql-target.ts';
import { nameColumns, type ResolvedFilter, resolveFilter } from '../resolved-filter.ts';
import type { Store, StoreImport } from '../store.ts';
import { addSnapshot, readCatalogues } from './catalogue.ts';
import { compileFilter, compileQuery, exactText, readText, type Statement } from './compile-query.ts';
import { readHistory, readLedger, readPrints } from './ledger.ts';
import { openMysqlImport } from './mysql-import.ts';
import { createTables, readSchemaState, SCHEMA_VERSION, type SchemaState, upgradeTables } from './schema.ts';
import { streamRows, streamUserDays } from './stream-rows.ts';
import { readTableState } from './table-state.ts';

/** Rows that are removed by their numbers in one statement. */
const ROWS_REMOVED = 10_000;

/** A gen_2 database on a MySQL or MariaDB server: Lmod's moduleT, which Lmod's scripts can go on using. */
export class MysqlStore implements Store {
  readonly name: string;
  readonly #connection: MysqlConnection;
  readonly #zone: SiteZone;
  readonly #waitMs: number;
  #state: SchemaState | null = null;

  constructor(target: MysqlTarget, { zone, waitMs }: { readonly zone: SiteZone; readonly waitMs: number }) {
    this.#connection = new MysqlConnection(target);
    this.name = this.#connection.name;
    this.#zone = zone;
    this.#waitMs = waitMs;
  }

  async create(): Promise<boolean> {
    const hadTable = (await this.#connection.useDatabase()) && (await readSchemaState(this.#connection)).hasModuleTable;
    if (!hadTable) await this.#connection.withLock(this.#waitMs, () => createTables(this.#connection));
    return !hadTable;
  }

  async prepare(): Promise<void> {
    await this.create();
    const { isOurs, version } = await readSchemaState(this.#connection);
    if (!isOurs || version < SCHEMA_VERSION) {
      await this.#connection.withLock(this.#waitMs, () => upgradeTables(this.#connection));
    }
    this.#state = null;
  }

  async drop(): Promise<void> {
    await this.#connection.run(`DROP DATABASE IF EXISTS ${quoteName(this.#connection.database)}`);
    this.#connection.forgetDatabase();
    this.#state = null;
  }

  async readLedger(): ReturnType<Store['readLedger']> {
    // A database that only Lmod's scripts have written to has no ledger.
    const { isOurs } = await this.#readState();
    return isOurs ? readLedger(this.#connection) : { revision: 0, entries: [] };
  }

  readPrints(ids: readonly number[]): Promise<ReadonlyMap<number, ContentPrint>> {
    return readPrints(this.#connection, ids);
  }

  async readHistory(): Promise<readonly PastImport[]> {
    // A database that only Lmod's scripts have written to has no history.
    const { isOurs } = await this.#readState();
    return isOurs ? readHistory(this.#connection) : [];
  }

  async readState(): Promise<string> {
    return readTableState(this.#connection, await this.#readState());
  }

  async atOnce<T>(use: (store: Store, state: string) => Promise<T>): Promise<T> {
    const state = await this.readState();
    return this.#connection.inTransaction(() => use(this, state), 'WITH CONSISTENT SNAPSHOT');
  }

  openImport(): Promise<StoreImport> {
    return openMysqlImport(this.#connection, this.#zone, this.#waitMs);
  }

  async select<D extends Dimension, M extends Measure>(query: UsageQuery<D, M>): Promise<UsageRow<D, M>[]> {
    const { isOurs } = await this.#readState();
    const { sql, values, readRow } = compileQuery(query, await this.#resolve(query.filter), isOurs, this.#zone);
    const rows = await this.#connection.query(sql, values);
    return rows.map((values) => {
      const row = readRow(values);
      for (const value of Object.values(row)) if (Array.isArray(value)) value.sort(compareText);
      return row as UsageRow<D, M>;
    });
  }

  async count(filter: UsageFilter): Promise<number> {
    const where = await this.#where(filter);
    const [row] = await this.#connection.query(`SELECT COUNT(*) FROM moduleT ${where.sql}`, where.values);
    return Number(row?.[0] ?? 0);
  }

  async readRows<T>(filter: UsageFilter, use: (rows: AsyncIterable<UsageBatch>) => Promise<T>): Promise<T> {
    return use(await this.#stream(filter, () => {}));
  }

  async readUserDays<T>(filter: UsageFilter, use: (days: AsyncIterable<UserDayBatch>) => Promise<T>): Promise<T> {
    const { isOurs } = await this.#readState();
    return use(streamUserDays(this.#connection, await this.#where(filter), isOurs));
  }

  async remove(filter: UsageFilter, archive?: (rows: AsyncIterable<UsageBatch>) => Promise<void>): Promise<number> {
    const where = await this.#where(filter);
    return this.#connection.withLock(this.#waitMs, () =>
      this.#connection.inTransaction(async () => {
        if (archive === undefined) {
          return (await this.#connection.run(`DELETE FROM moduleT ${where.sql}`, where.values)).affectedRows;
        }
        // Lmod's script does not know our lock: a row that it adds meanwhile is not archived, and has to stay.
        const ids: number[] = [];
        await archive(await this.#stream(filter, (id) => ids.push(id)));
        return this.#removeRows(ids);
      }),
    );
  }

  async forgetUser(user: string, isDry: boolean): Promise<number> {
    await this.#readState();
    const where = `WHERE ${exactText('user')} = ${exactText('?')}`;
    if (isDry) {
      const [row] = await this.#connection.query(`SELECT COUNT(*) FROM moduleT ${where}`, [user]);
      return Number(row?.[0] ?? 0);
    }
    return this.#connection.withLock(
      this.#waitMs,
      async () => (await this.#connection.run(`DELETE FROM moduleT ${where}`, [user])).affectedRows,
    );
  }

  addSnapshot(snapshot: CatalogueSnapshot): Promise<boolean> {
    return this.#connection.withLock(this.#waitMs, () =>
      this.#connection.inTransaction(() => addSnapshot(this.#connection, snapshot)),
    );
  }

  async readCatalogues(): Promise<ClusterCatalogue[]> {
    // A database that only Lmod's scripts have written to has no catalogue.
    const { isOurs } = await this.#readState();
    return isOurs ? readCatalogues(this.#connection) : [];
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async #stream(filter: UsageFilter, onRow: (id: number) => void): Promise<AsyncIterable<UsageBatch>> {
    const { isOurs } = await this.#readState();
    return streamRows(this.#connection, await this.#where(filter), { isOurs, zone: this.#zone, onRow });
  }

  async #removeRows(ids: readonly number[]): Promise<number> {
    let removed = 0;
    for (let at = 0; at < ids.length; at += ROWS_REMOVED) {
      const some = ids.slice(at, at + ROWS_REMOVED).join(', ');
      removed += (await this.#connection.run(`DELETE FROM moduleT WHERE id IN (${some})`)).affectedRows;
    }
    return removed;
  }

  async #where(filter: UsageFilter): Promise<Statement> {
    const { isOurs } = await this.#readState();
    return compileFilter(await this.#resolve(filter), isOurs, this.#zone);
  }

  /** What the database is like; it must have a moduleT. */
  async #readState(): Promise<SchemaState> {
    if (this.#state !== null) return this.#state;
    const { database } = this.#connection;
    if (!(await this.#connection.useDatabase())) {
      throw new AppError('STORE_MISSING', `${this.name}: the server has no database ${database}`, {
        hint: 'createDB, or an import, makes it. Or the user may not see it: GRANT ALL ON it TO the user.',
      });
    }
    const state = await readSchemaState(this.#connection);
    if (!state.hasModuleTable) {
      throw new AppError('STORE_MISSING', `${this.name}: there is no table moduleT in ${database}`, {
        hint: 'createDB, or an import, makes it.',
      });
    }
    this.#state = state;
    return state;
  }

  #resolve(filter: UsageFilter): Promise<ResolvedFilter> {
    return resolveFilter(filter, async (kind) => {
      const rows = await this.#connection.query(`SELECT DISTINCT ${exactText(nameColumns[kind])} FROM moduleT`);
      return rows.map(([name]) => readText(name));
    });
  }
}
