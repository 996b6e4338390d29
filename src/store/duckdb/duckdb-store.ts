import { existsSync } from 'node:fs';
import { link, mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { AppError } from '../../core/app-error.ts';
import type { CatalogueSnapshot, ClusterCatalogue } from '../../core/catalogue.ts';
import type { ContentPrint, PastImport } from '../../core/ledger.ts';
import type { UsageBatch, UserDayBatch } from '../../core/usage-batch.ts';
import type { Dimension, Measure, NameKind, UsageFilter, UsageQuery, UsageRow } from '../../core/usage-query.ts';
import { resolveFilter } from '../resolved-filter.ts';
import type { Store, StoreImport } from '../store.ts';
import { addSnapshot, readCatalogues } from './catalogue.ts';
import {
  compileFilter,
  compileQuery,
  nameTables,
  type RowFilter,
  type RowTable,
  readNames,
  rowTables,
  USE_GROUP_BITS,
} from './compile-query.ts';
import { explainDuckdbError } from './duckdb-errors.ts';
import { openDuckdbImport } from './duckdb-import.ts';
import { readFileState } from './file-state.ts';
import { StoreFile } from './lease.ts';
import { readHistory, readLedger, readPrints } from './ledger.ts';
import { readColumns, readRows } from './read-rows.ts';
import { countRowsOfUser, forgetUnusedNames, forgetUserStatements, removeRows } from './remove-rows.ts';
import { createTables, migrateTables, readVersion, SCHEMA_VERSION } from './schema.ts';
import { streamRows } from './stream-rows.ts';
import { streamUserDays } from './stream-user-days.ts';
import { inTransaction } from './transaction.ts';

/** The embedded store: a DuckDB file that several processes share by leases. */
export class DuckdbStore implements Store {
  readonly name: string;
  readonly #file: StoreFile;
  /** The version is looked at once: within a process's life nobody makes tables older. */
  #isCurrent = false;

  constructor(file: StoreFile) {
    this.#file = file;
    this.name = file.name;
  }

  async create(): Promise<boolean> {
    const isNew = !existsSync(this.#file.path);
    if (isNew) await this.#createFile();
    return isNew;
  }

  async prepare(): Promise<void> {
    await this.create();
    if ((await this.#file.lease('read', (connection) => readVersion(connection, this.name))) < SCHEMA_VERSION) {
      await this.#file.lease('write', async (connection) => {
        // Another process may have done it between the two leases: nothing is done twice.
        await migrateTables(connection, await readVersion(connection, this.name));
      });
    }
    this.#isCurrent = true;
  }

  async drop(): Promise<void> {
    const { path } = this.#file;
    // Whoever uses the file is waited for; what is left behind by a crash goes along.
    if (existsSync(path)) await this.#file.lease('write', async () => {});
    for (const file of [path, `${path}.wal`]) await rm(file, { force: true });
    await rm(`${path}.queue`, { recursive: true, force: true });
    this.#isCurrent = false;
  }

  readLedger(): ReturnType<Store['readLedger']> {
    return this.#read(readLedger);
  }

  readPrints(ids: readonly number[]): Promise<ReadonlyMap<number, ContentPrint>> {
    return this.#read((connection) => readPrints(connection, ids));
  }

  readHistory(): Promise<readonly PastImport[]> {
    return this.#read(readHistory);
  }

  readState(): Promise<string> {
    return readFileState(this.#file.path);
  }

  atOnce<T>(use: (store: Store, state: string) => Promise<T>): Promise<T> {
    return this.#file.hold(async (held) => use(new DuckdbStore(held), await this.readState()));
  }

  openImport(): Promise<StoreImport> {
    return openDuckdbImport(this.#file);
  }

  select<D extends Dimension, M extends Measure>(query: UsageQuery<D, M>): Promise<UsageRow<D, M>[]> {
    return this.#read(async (connection) => {
      const filter = await resolveRowFilter(connection, query.filter);
      const ofAllTime = await isOfAllTime(connection, filter);
      const answers: UsageRow<D, M>[][] = [];
      for (const part of partsOfQuery(query)) {
        const { sql, groupBits } = compileQuery(part, filter, ofAllTime);
        const columns = await withGroupBits(connection, groupBits, () => readColumns(connection, sql));
        answers.push(await readAnswer(connection, part, columns));
      }
      const [rows = [], more = []] = answers;
      return more.length === 0 ? rows : rows.map((row) => ({ ...row, ...more[0] }));
    });
  }

  async count(filter: UsageFilter): Promise<number> {
    return this.#read(async (connection) => {
      const where = compileFilter(await resolveRowFilter(connection, filter));
      const [row] = await readRows(
        connection,
        `SELECT ((SELECT count(*) FROM store.tallies ${where}) + (SELECT count(*) FROM store.loads ${where}))::DOUBLE`,
      );
      return Number(row?.[0] ?? 0);
    });
  }

  readRows<T>(filter: UsageFilter, use: (rows: AsyncIterable<UsageBatch>) => Promise<T>): Promise<T> {
    return this.#read(async (connection) => use(streamRows(connection, await resolveRowFilter(connection, filter))));
  }

  readUserDays<T>(filter: UsageFilter, use: (days: AsyncIterable<UserDayBatch>) => Promise<T>): Promise<T> {
    return this.#read(async (connection) =>
      use(streamUserDays(connection, await resolveRowFilter(connection, filter))),
    );
  }

  remove(filter: UsageFilter, archive?: (rows: AsyncIterable<UsageBatch>) => Promise<void>): Promise<number> {
    return this.#file.lease('write', (connection) =>
      inTransaction(connection, async () => {
        const resolved = await resolveRowFilter(connection, filter);
        if (archive !== undefined) await archive(streamRows(connection, resolved));
        return withGroupBits(connection, USE_GROUP_BITS, () => removeRows(connection, resolved));
      }),
    );
  }

  async forgetUser(user: string, isDry: boolean): Promise<number> {
    const rows = await this.#read((connection) => countRowsOfUser(connection, user));
    if (isDry) return rows;
    // Even for no row at all: what was removed before may lie in the file still.
    return this.#file.rewrite((connection) =>
      inTransaction(connection, async () => {
        const count = await countRowsOfUser(connection, user);
        for (const statement of forgetUserStatements) await connection.run(statement, { user });
        for (const statement of forgetUnusedNames) await connection.run(statement);
        return count;
      }),
    );
  }

  addSnapshot(snapshot: CatalogueSnapshot): Promise<boolean> {
    return this.#file.lease('write', (connection) => addSnapshot(connection, snapshot));
  }

  readCatalogues(): Promise<ClusterCatalogue[]> {
    return this.#read(readCatalogues);
  }

  async close(): Promise<void> {
    this.#file.close();
  }

  async #read<T>(use: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    return this.#file.lease('read', async (connection) => {
      if (!this.#isCurrent) {
        const version = await readVersion(connection, this.name);
        if (version < SCHEMA_VERSION) {
          throw new AppError('STORE_FAILED', `${this.name} was made by an older modtally`, {
            hint: 'The next import brings it up to date; "modtally init" does so at once.',
          });
        }
        this.#isCurrent = true;
      }
      return use(connection);
    });
  }

  /** Makes the file under another name first, so that nobody ever sees half a store. */
  async #createFile(): Promise<void> {
    const { path } = this.#file;
    const draft = new StoreFile(`${path}.new-${process.pid}`, 0);
    // Names of users are in it: not for everybody on the machine to read.
    const umask = process.umask();
    process.umask(umask | 0o007);
    try {
      await mkdir(dirname(path), { recursive: true });
      await draft.create(createTables);
      await link(draft.path, path);
    } catch (cause) {
      // Somebody else was faster, and theirs is as good.
      if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST' && existsSync(path)) return;
      const explained = explainDuckdbError(cause, `cannot make the store ${path}`);
      if (explained.code === 'STORE_FULL') throw explained;
      throw new AppError('STORE_DENIED', explained.message, {
        hint: 'Check the permissions of the directory, or name another place with --store.',
        cause,
      });
    } finally {
      process.umask(umask);
      draft.close();
      for (const file of [draft.path, `${draft.path}.wal`]) await rm(file, { force: true }).catch(() => {});
    }
  }
}

/** Of the whole, days with loads are asked for alone: what else is asked, the totals of uses tell much sooner. */
function partsOfQuery<D extends Dimension, M extends Measure>(query: UsageQuery<D, M>): UsageQuery<D, M>[] {
  const others = query.measures.filter((measure) => measure !== 'days');
  const isMixed = query.by.length === 0 && others.length > 0 && others.length < query.measures.length;
  if (!isMixed) return [query];
  return [others, query.measures.filter((measure) => measure === 'days')].map((measures) => ({ ...query, measures }));
}

/** The rows of an answer, with names in the place of their numbers. */
async function readAnswer<D extends Dimension, M extends Measure>(
  connection: DuckDBConnection,
  { by, measures }: UsageQuery<D, M>,
  columns: readonly (readonly unknown[])[],
): Promise<UsageRow<D, M>[]> {
  const named: (readonly [name: string, values: readonly unknown[]])[] = [];
  for (const [at, name] of [...by, ...measures].entries()) {
    named.push([name, (columns[at] ?? []).map(await readerOf(connection, name))]);
  }
  // A copy has all its keys at once, which takes half the time of adding one after the other.
  const blank = Object.fromEntries(named.map(([name]) => [name, null as unknown]));
  return Array.from({ length: columns[0]?.length ?? 0 }, (_, place) => {
    const row = { ...blank };
    for (const [name, values] of named) row[name] = values[place];
    return row as UsageRow<D, M>;
  });
}

/** How the values of a column are read. */
async function readerOf(connection: DuckDBConnection, name: Dimension | Measure): Promise<(value: unknown) => unknown> {
  if (name === 'syshosts' || name === 'modules') return readNames;
  const table = nameTables[name];
  if (table === undefined) return (value) => value;
  const [ids = [], texts = []] = await readColumns(connection, table);
  const names = new Map(ids.map((id, place) => [id, texts[place]]));
  return (value) => names.get(value as number);
}

const nameLists: Readonly<Record<NameKind, string>> = {
  users: 'name FROM store.users',
  modules: 'module FROM store.modulefiles',
  paths: 'path FROM store.modulefiles',
  syshosts: 'syshost FROM store.modulefiles',
};

async function resolveRowFilter(connection: DuckDBConnection, filter: UsageFilter): Promise<RowFilter> {
  const resolved = await resolveFilter(filter, async (kind) => {
    const rows = await readRows(connection, `SELECT DISTINCT ${nameLists[kind]}`);
    return rows.map(([name]) => String(name));
  });
  return { ...resolved, rowTables: await listRowTables(connection) };
}

async function listRowTables(connection: DuckDBConnection): Promise<RowTable[]> {
  const [row] = await readRows(connection, `SELECT ${rowTables.map((table) => `EXISTS (FROM store.${table})`)}`);
  return rowTables.filter((_, place) => row?.[place] === true);
}

/**
 * Has DuckDB group by keys of that many bits without hashing, and join in the order that is written. It takes what was
 * grouped for far fewer rows than it is, and would build its tables of the larger side.
 */
async function withGroupBits<T>(connection: DuckDBConnection, bits: number, use: () => Promise<T>): Promise<T> {
  await connection.run(
    `SET perfect_ht_threshold = ${bits}; SET disabled_optimizers = 'join_order,build_side_probe_side'`,
  );
  try {
    return await use();
  } finally {
    // In a transaction that has failed nothing can be set; what is asked next sets its own.
    await connection.run('RESET perfect_ht_threshold; RESET disabled_optimizers').catch(() => {});
  }
}

/** Whether every row there is lies in a time range. */
async function isOfAllTime(connection: DuckDBConnection, { start, end, days }: RowFilter): Promise<boolean> {
  if (days !== null) return false;
  if (start === null && end === null) return true;
  const [span] = await readRows(connection, 'SELECT min(first)::DOUBLE, max(last)::DOUBLE FROM store.uses');
  const [first, last] = [Number(span?.[0]), Number(span?.[1])];
  return (start === null || start <= first) && (end === null || end > last);
}
