import type { DuckDBConnection } from '@duckdb/node-api';
import { AppError } from '../../core/app-error.ts';
import { catalogueTables } from './catalogue.ts';
import { isUnknownName } from './duckdb-errors.ts';
import { readRows } from './read-rows.ts';
import { inTransaction } from './transaction.ts';

/** The version of the tables below. A change adds a step to `migrations` and one to this number. */
export const SCHEMA_VERSION = 1;

/**
 * Of most logs, all loads are told to be direct or not, or none: what is left over is mostly 0 or all, and takes no
 * room, where a column of the dependencies themselves would take as much as that of the loads.
 */
const dependency = 'dependency UINTEGER GENERATED ALWAYS AS (loads - direct - untold) VIRTUAL';

/**
 * The tables of the embedded store, in a database attached as `store`. Names are kept once and referred to by
 * number, and so are the pairs of a user and a modulefile, the `uses`: each has, beside its number, the totals of
 * all its tallies and loads, which answer what is asked of all time. The sorting of tallies by day is what keeps
 * questions about a span fast. `first` is in seconds since 1970 UTC, `span` the seconds from there to the last load; `untold` counts the loads of which
 * is not known whether they were direct.
 */
const tables: readonly string[] = [
  'CREATE TABLE store.meta (version INTEGER NOT NULL)',
  'CREATE TABLE store.users (id INTEGER NOT NULL, name VARCHAR NOT NULL)',
  `CREATE TABLE store.modulefiles (
     id INTEGER NOT NULL, path_id INTEGER NOT NULL, syshost VARCHAR NOT NULL, module VARCHAR NOT NULL, path VARCHAR NOT NULL)`,
  `CREATE TABLE store.uses (
     id INTEGER NOT NULL, user_id INTEGER NOT NULL, modulefile_id INTEGER NOT NULL, first UINTEGER NOT NULL,
     last UINTEGER NOT NULL, loads BIGINT NOT NULL, direct BIGINT NOT NULL, dependency BIGINT NOT NULL,
     jobs BIGINT NOT NULL)`,
  `CREATE TABLE store.tallies (
     day INTEGER NOT NULL, use_id INTEGER NOT NULL, first UINTEGER NOT NULL, span UINTEGER NOT NULL,
     loads UINTEGER NOT NULL, direct UINTEGER NOT NULL, untold UINTEGER NOT NULL, jobs UINTEGER NOT NULL,
     ${dependency},
     grp VARCHAR)`,
  `CREATE TABLE store.loads (
     day INTEGER NOT NULL, use_id INTEGER NOT NULL, first UINTEGER NOT NULL, span UINTEGER NOT NULL,
     loads UINTEGER NOT NULL, direct UINTEGER NOT NULL, untold UINTEGER NOT NULL, jobs UINTEGER NOT NULL,
     ${dependency},
     grp VARCHAR, host VARCHAR, jobid VARCHAR)`,
  `CREATE TABLE store.contents (
     id INTEGER NOT NULL, revision INTEGER NOT NULL, first_line UINTEGER NOT NULL, length BIGINT NOT NULL,
     lines BIGINT NOT NULL, digest VARCHAR NOT NULL, head_lines BLOB NOT NULL, blocks BLOB NOT NULL,
     name VARCHAR NOT NULL, stamp VARCHAR, tail_waits BOOLEAN NOT NULL)`,
  `CREATE TABLE store.imports (
     id INTEGER NOT NULL, started_at BIGINT NOT NULL, zone VARCHAR NOT NULL, files INTEGER NOT NULL,
     lines BIGINT NOT NULL, loads BIGINT NOT NULL, ignored BIGINT NOT NULL, skipped BIGINT NOT NULL,
     rejected BIGINT NOT NULL, already BIGINT NOT NULL, new_rows BIGINT NOT NULL)`,
  ...catalogueTables,
];

/** What brings tables of version n to version n + 1, at place n. */
const migrations: Readonly<Record<number, readonly string[]>> = {};

/** Makes all tables in an empty database, in one transaction. */
export async function createTables(connection: DuckDBConnection): Promise<void> {
  await connection.run('BEGIN');
  for (const table of tables) await connection.run(table);
  await connection.run(`INSERT INTO store.meta VALUES (${SCHEMA_VERSION})`);
  // All of it has to be in the file itself, which is going to be moved without its log.
  await connection.run('COMMIT');
}

/**
 * The version of the attached database's tables.
 * @param name the store's, for messages
 * @throws AppError STORE_DAMAGED where they are not a store's, STORE_NEWER where a newer modtally made them
 */
export async function readVersion(connection: DuckDBConnection, name: string): Promise<number> {
  const [row] = await readRows(connection, 'SELECT version FROM store.meta').catch((cause) => {
    if (!isUnknownName(cause)) throw cause;
    throw new AppError('STORE_DAMAGED', `${name} is a DuckDB database but not a modtally store`, {
      hint: 'Name another file: modtally makes the store itself.',
    });
  });
  const version = Number(row?.[0]);
  if (version > SCHEMA_VERSION) {
    throw new AppError(
      'STORE_NEWER',
      `${name} has schema version ${version}; this modtally knows versions up to ${SCHEMA_VERSION}`,
      { hint: 'Update modtally on this machine. Nothing was changed.' },
    );
  }
  return version;
}

/** Brings the tables of a writable database from a version up to date, in one transaction. */
export async function migrateTables(connection: DuckDBConnection, version: number): Promise<void> {
  await inTransaction(connection, async () => {
    for (let from = version; from < SCHEMA_VERSION; from++) {
      for (const step of migrations[from] ?? []) await connection.run(step);
    }
    await connection.run(`UPDATE store.meta SET version = ${SCHEMA_VERSION}`);
  });
}
