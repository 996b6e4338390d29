import { AppError } from '../../core/app-error.ts';
import { type MysqlConnection, quoteName } from '../../mysql/mysql-connection.ts';
import { catalogueTables } from './catalogue.ts';

/** The version of modtally's own columns and tables. */
export const SCHEMA_VERSION = 1;

/**
 * What modtally adds to Lmod's moduleT, all with defaults, so that Lmod's scripts go on writing to it. A tally has
 * day and key, a load that was stored as a row of its own a day and no key, a row of Lmod's neither. Instants are
 * in seconds since 1970 UTC: `date` alone does not tell which of the two hours it was when clocks went back.
 */
const ownColumns: readonly { readonly name: string; readonly type: string }[] = [
  { name: 'tally_day', type: 'INT NULL DEFAULT NULL' },
  { name: 'tally_key', type: 'BINARY(16) NULL DEFAULT NULL' },
  { name: 'first_time', type: 'INT UNSIGNED NULL DEFAULT NULL' },
  { name: 'last_time', type: 'INT UNSIGNED NULL DEFAULT NULL' },
  { name: 'loads', type: 'INT UNSIGNED NOT NULL DEFAULT 1' },
  { name: 'direct_loads', type: 'INT UNSIGNED NOT NULL DEFAULT 0' },
  { name: 'dependency_loads', type: 'INT UNSIGNED NOT NULL DEFAULT 0' },
  { name: 'job_loads', type: 'INT UNSIGNED NOT NULL DEFAULT 0' },
  { name: 'group_name', type: 'VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL DEFAULT NULL' },
  { name: 'host', type: 'VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL DEFAULT NULL' },
  { name: 'jobid', type: 'VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL DEFAULT NULL' },
];

const TALLY_INDEX = 'UNIQUE KEY modtally_tally (tally_day, tally_key)';

/** moduleT as Lmod makes it, with room for longer names and all of Unicode. Its collation is case-blind, as Lmod's. */
function createModuleTable(): string {
  return `CREATE TABLE IF NOT EXISTS moduleT (
    id INT(11) UNSIGNED NOT NULL AUTO_INCREMENT,
    user VARCHAR(255) NOT NULL,
    path VARCHAR(1024) NOT NULL,
    module VARCHAR(255) NOT NULL,
    syshost VARCHAR(255) NOT NULL,
    date DATETIME NOT NULL,
    ${ownColumns.map(({ name, type }) => `${name} ${type},`).join('\n    ')}
    PRIMARY KEY (id),
    INDEX thekey (path(128), syshost),
    ${TALLY_INDEX}
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci`;
}

const ownTables: readonly string[] = [
  'CREATE TABLE IF NOT EXISTS modtally_meta (id INT NOT NULL PRIMARY KEY, version INT NOT NULL) ENGINE=InnoDB',
  `CREATE TABLE IF NOT EXISTS modtally_contents (
    id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, revision INT NOT NULL, first_line INT UNSIGNED NOT NULL,
    length BIGINT NOT NULL, line_count BIGINT NOT NULL, digest CHAR(16) NOT NULL, head_lines LONGBLOB NOT NULL,
    blocks LONGBLOB NOT NULL, name TEXT NOT NULL, stamp VARCHAR(255) NULL, tail_waits TINYINT NOT NULL,
    KEY by_first_line (first_line)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`,
  `CREATE TABLE IF NOT EXISTS modtally_imports (
    id INT NOT NULL PRIMARY KEY, started_at BIGINT NOT NULL, zone VARCHAR(64) NOT NULL, files INT NOT NULL,
    line_count BIGINT NOT NULL, loads BIGINT NOT NULL, ignored BIGINT NOT NULL, skipped BIGINT NOT NULL,
    rejected BIGINT NOT NULL, already BIGINT NOT NULL, new_rows BIGINT NOT NULL
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`,
  ...catalogueTables,
];

/** What brings version n to n + 1, at place n. */
const migrations: Readonly<Record<number, readonly string[]>> = {};

/** A database as it was found. */
export interface SchemaState {
  /** Whether there is a moduleT. */
  readonly hasModuleTable: boolean;
  /** Whether moduleT has modtally's columns and its tables are there. */
  readonly isOurs: boolean;
  readonly version: number;
}

/**
 * Looks at the database, which must be in use.
 * @throws AppError STORE_NEWER; STORE_DAMAGED where moduleT is another generation's
 */
export async function readSchemaState(connection: MysqlConnection): Promise<SchemaState> {
  const columns = await readModuleColumns(connection);
  const hasMeta = await connection.query(
    "SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'modtally_meta'",
  );
  const [row] = hasMeta.length === 0 ? [] : await connection.query('SELECT version FROM modtally_meta');
  const version = Number(row?.[0] ?? 0);
  if (version > SCHEMA_VERSION) {
    throw new AppError(
      'STORE_NEWER',
      `${connection.name} has schema version ${version}; this modtally knows versions up to ${SCHEMA_VERSION}`,
      { hint: 'Update modtally on this machine. Nothing was changed.' },
    );
  }
  if (columns.size > 0 && !columns.has('date')) {
    throw new AppError('STORE_DAMAGED', `${connection.name}: its moduleT is not one of gen_2`, {
      hint: 'A gen_1 database is converted by "modtally migrate --from", into another database. Nothing was changed.',
    });
  }
  const isOurs = version > 0 && ownColumns.every(({ name }) => columns.has(name));
  return { hasModuleTable: columns.size > 0, isOurs, version };
}

/** Makes the database and its tables where there are none; leaves a moduleT that is there as it is. */
export async function createTables(connection: MysqlConnection): Promise<void> {
  if (!(await connection.useDatabase())) {
    await connection.run(
      `CREATE DATABASE IF NOT EXISTS ${quoteName(connection.database)} DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`,
    );
    await connection.useDatabase();
  }
  const { hasModuleTable } = await readSchemaState(connection);
  if (hasModuleTable) return;
  for (const table of [createModuleTable(), ...ownTables]) await connection.run(table);
  await writeVersion(connection);
}

/**
 * Adds to the tables what this version needs. Each step can be made again: a server does not undo the making of
 * tables, so that a run that was killed may have done the first of them.
 */
export async function upgradeTables(connection: MysqlConnection): Promise<void> {
  const { version } = await readSchemaState(connection);
  const columns = await readModuleColumns(connection);
  const missing = ownColumns.filter(({ name }) => !columns.has(name));
  const additions = missing.map(({ name, type }) => `ADD COLUMN ${name} ${type}`);
  if (!(await hasTallyIndex(connection))) additions.push(`ADD ${TALLY_INDEX}`);
  if (additions.length > 0) await connection.run(`ALTER TABLE moduleT ${additions.join(', ')}`);
  for (const table of ownTables) await connection.run(table);
  for (let from = version; from > 0 && from < SCHEMA_VERSION; from++) {
    for (const step of migrations[from] ?? []) await connection.run(step);
  }
  await writeVersion(connection);
}

/** A column of moduleT that holds names. */
export interface NameColumn {
  readonly characters: number;
  /** Whether it holds characters beyond the first 65,536, which the old utf8 of MySQL does not. */
  readonly holdsAll: boolean;
}

/** The columns of moduleT, by name in lower case; those that hold no text have no room for characters. */
export async function readModuleColumns(connection: MysqlConnection): Promise<Map<string, NameColumn>> {
  const rows = await connection.query(
    `SELECT LOWER(column_name), character_maximum_length, character_set_name FROM information_schema.columns
     WHERE table_schema = DATABASE() AND table_name = 'moduleT'`,
  );
  return new Map(
    rows.map(([name, characters, charset]) => [
      String(name),
      { characters: Number(characters ?? 0), holdsAll: charset === 'utf8mb4' },
    ]),
  );
}

async function hasTallyIndex(connection: MysqlConnection): Promise<boolean> {
  const rows = await connection.query(
    `SELECT 1 FROM information_schema.statistics
     WHERE table_schema = DATABASE() AND table_name = 'moduleT' AND index_name = 'modtally_tally' LIMIT 1`,
  );
  return rows.length > 0;
}

async function writeVersion(connection: MysqlConnection): Promise<void> {
  await connection.run('REPLACE INTO modtally_meta VALUES (1, ?)', [SCHEMA_VERSION]);
}
