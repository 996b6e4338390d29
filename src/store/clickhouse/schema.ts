import { AppError } from '../../core/app-error.ts';
import type { ClickhouseConnection, Settings } from './clickhouse-connection.ts';
import { quoteName, quoteText } from './statement.ts';

/** The version of the tables below. A change adds a step to `migrations` and one to this number. */
export const SCHEMA_VERSION = 1;

/**
 * The columns of usage, in the order in which rows are sent. `chunk` numbers the inserts of a batch: the server passes
 * over an insert that it has had, and two that hold the same loads must not look the same. `first` is in seconds since
 * 1970 UTC, `span` the seconds from there to the last load: mostly 0, it takes no room.
 */
export const usageColumns: readonly (readonly [name: string, type: string])[] = [
  ['batch', 'UInt32'],
  ['chunk', 'UInt32'],
  ['source', 'UInt32'],
  ['is_tally', 'UInt8'],
  ['day', 'Int32'],
  ['user', 'String'],
  ['syshost', 'String'],
  ['module', 'String'],
  ['path', 'String'],
  ['first', 'UInt32'],
  ['span', 'UInt32'],
  ['loads', 'UInt32'],
  ['direct', 'UInt32'],
  ['dependency', 'UInt32'],
  ['jobs', 'UInt32'],
  ['grp', 'Nullable(String)'],
  ['host', 'Nullable(String)'],
  ['jobid', 'Nullable(String)'],
];

/**
 * The columns of summaries: what usage of a month adds up to by user, cluster, module and path. `day` is the first of
 * the month, `days` are those that have some.
 */
export const summaryColumns: readonly (readonly [name: string, type: string])[] = [
  ['batch', 'UInt32'],
  ['day', 'Int32'],
  ['user', 'String'],
  ['syshost', 'String'],
  ['module', 'String'],
  ['path', 'String'],
  ['first', 'UInt32'],
  ['span', 'UInt32'],
  ['loads', 'UInt64'],
  ['direct', 'UInt64'],
  ['dependency', 'UInt64'],
  ['jobs', 'UInt64'],
  ['days', 'Array(Int32)'],
];

/** A table of which each shard has the rows of its users, so that what is counted of users in each shard adds up. */
interface ShardedTable {
  readonly name: string;
  readonly columns: readonly (readonly [name: string, type: string])[];
  readonly partition: string;
}

export const shardedTables: readonly ShardedTable[] = [
  { name: 'modtally_usage', columns: usageColumns, partition: 'toYYYYMM(toDate(toUInt16(day)))' },
  { name: 'modtally_usage_months', columns: summaryColumns, partition: 'day' },
];

export interface Table {
  readonly name: string;
  readonly columns: string;
  readonly order: string;
  /** A column of text. */
  readonly text: string;
}

/** What every server of a cluster has whole. `decided` is the number of the state that an import was to be part of. */
export const sharedTables: readonly Table[] = [
  {
    name: 'modtally_contents',
    columns: `batch UInt32, decided UInt64, id UInt32, revision UInt32, first_line UInt32, length UInt64, lines UInt64,
      digest String, head_lines String, blocks String, name String, stamp Nullable(String), tail_waits UInt8`,
    order: '(id, decided)',
    text: 'name',
  },
  {
    name: 'modtally_imports',
    columns: `batch UInt32, decided UInt64, place UInt32, started_at Int64, zone String, files UInt32, lines UInt64, loads UInt64,
      ignored UInt64, skipped UInt64, rejected UInt64, already UInt64, new_rows UInt64`,
    order: '(batch, decided, place)',
    text: 'zone',
  },
  {
    name: 'modtally_catalogue_snapshots',
    columns: 'batch UInt32, syshost String, day Int32',
    order: '(syshost, day)',
    text: 'syshost',
  },
  {
    name: 'modtally_catalogue_stays',
    columns: `batch UInt32, syshost String, path String, module String, is_default Nullable(UInt8),
      is_hidden Nullable(UInt8), kind String, first_day Int32, last_day Int32`,
    order: '(syshost, path)',
    text: 'syshost',
  },
];

/** What brings version n to n + 1, at place n. */
const migrations: Readonly<Record<number, readonly string[]>> = {};

/** The tables of a store, as statements name them. */
export interface Tables {
  /** The usage of all shards. */
  readonly usage: string;
  /** That of the shard where a statement runs. */
  readonly usageHere: string;
  /** The summaries of all shards. */
  readonly summaries: string;
  readonly summariesHere: string;
  /** Where ZooKeeper has the states. */
  readonly statePath: string;
  readonly contents: string;
  readonly imports: string;
  readonly snapshots: string;
  readonly stays: string;
  nameOf(table: string): string;
}

/** Where ZooKeeper has what belongs to a store. */
export function zookeeperPath({ cluster, database }: ClickhouseConnection): string {
  return `/clickhouse/modtally/${cluster}/${database}`;
}

export function tablesOf(connection: ClickhouseConnection): Tables {
  const { cluster, database } = connection;
  const nameOf = (table: string): string => `${quoteName(database)}.${quoteName(table)}`;
  const ofAll = (table: string): string => nameOf(cluster === null ? table : `${table}_all`);
  return {
    usage: ofAll('modtally_usage'),
    usageHere: nameOf('modtally_usage'),
    summaries: ofAll('modtally_usage_months'),
    summariesHere: nameOf('modtally_usage_months'),
    statePath: `${zookeeperPath(connection)}/state`,
    contents: nameOf('modtally_contents'),
    imports: nameOf('modtally_imports'),
    snapshots: nameOf('modtally_catalogue_snapshots'),
    stays: nameOf('modtally_catalogue_stays'),
    nameOf,
  };
}

/** What makes a statement one for all servers of the cluster. */
export function everywhere({ cluster }: ClickhouseConnection): string {
  return cluster === null ? '' : `ON CLUSTER ${quoteText(cluster)}`;
}

/** For how long a statement for all servers is waited for. */
export function waitingSettings(waitMs: number): Settings {
  return { distributed_ddl_task_timeout: String(Math.ceil(waitMs / 1000)) };
}

/** Inserts that a server knows again; one that was slow and has been repeated meanwhile must not be taken in late. */
const BLOCKS_KNOWN = 10_000;

/** Makes database and tables where they are missing. */
export async function createTables(connection: ClickhouseConnection, waitMs: number): Promise<void> {
  const { cluster, database } = connection;
  const settings = waitingSettings(waitMs);
  const on = everywhere(connection);
  // What is there is left as it is, so that each of them may be run again.
  const run = (sql: string): Promise<void> => connection.persist(waitMs, () => connection.run(sql, settings));
  await run(`CREATE DATABASE IF NOT EXISTS ${quoteName(database)} ${on}`);
  const { nameOf } = tablesOf(connection);
  const make = (table: string, columns: string, engine: string): Promise<void> =>
    run(`CREATE TABLE IF NOT EXISTS ${nameOf(table)} ${on} (${columns}) ENGINE = ${engine}`);
  const path = zookeeperPath(connection);
  const engine = (table: string, place: string, replica: string): string =>
    cluster === null ? 'MergeTree' : `ReplicatedMergeTree('${path}/${table}${place}', '${replica}')`;

  const makeSharded = async ({ name, columns, partition }: ShardedTable): Promise<void> => {
    const written = columns.map(([column, type]) => `${column} ${type}`).join(', ');
    const places = [cluster ?? '', database, name].map(quoteText).join(', ');
    // Servers take their time to tell each other: the tables do not wait for one another.
    await Promise.all([
      make(
        name,
        written,
        `${engine(name, '/{shard}', '{replica}')} PARTITION BY ${partition} ORDER BY (path, syshost, user, day)
         ${cluster === null ? '' : `SETTINGS replicated_deduplication_window = ${BLOCKS_KNOWN}`}`,
      ),
      cluster === null ? null : make(`${name}_all`, written, `Distributed(${places}, cityHash64(user))`),
    ]);
  };
  await Promise.all([
    ...shardedTables.map(makeSharded),
    ...sharedTables.map(({ name, columns, order }) =>
      make(name, columns, `${engine(name, '', '{shard}-{replica}')} ORDER BY ${order}`),
    ),
  ]);
}

/** Brings the tables of an older version up to date. */
export async function upgradeTables(connection: ClickhouseConnection, version: number, waitMs: number): Promise<void> {
  for (let from = version; from < SCHEMA_VERSION; from++) {
    for (const step of migrations[from] ?? []) await connection.run(step, waitingSettings(waitMs));
  }
}

/** Drops the database with everything in it. */
export async function dropDatabase(connection: ClickhouseConnection, waitMs: number): Promise<void> {
  const { dropsLater } = await connection.features();
  const sql = `DROP DATABASE IF EXISTS ${quoteName(connection.database)} ${everywhere(connection)} ${dropsLater ? 'SYNC' : ''}`;
  try {
    await connection.run(sql, waitingSettings(waitMs));
  } catch (error) {
    // Of a table that somebody else made first an empty folder may be left, which old servers stumble over at the end.
    if (!(error instanceof AppError && error.message.includes('Directory not empty'))) throw error;
  }
}

/** @throws AppError STORE_NEWER */
export function requireKnownVersion(version: number, name: string): void {
  if (version <= SCHEMA_VERSION) return;
  throw new AppError(
    'STORE_NEWER',
    `${name} has schema version ${version}; this modtally knows versions up to ${SCHEMA_VERSION}`,
    { hint: 'Update modtally on this machine. Nothing was changed.' },
  );
}

/** How many replicas have to have what is written, most of them. */
export interface Quorum {
  /** Of each shard. */
  readonly ofUsage: number;
  /** Of all servers. */
  readonly ofShared: number;
  /** Whether no replica of a shard can lack what was written. */
  readonly isOfAll: boolean;
}

export async function readQuorum(connection: ClickhouseConnection): Promise<Quorum> {
  const replicas = await readReplicas(connection);
  const most = (count: number): number => (count === 1 ? 0 : Math.floor(count / 2) + 1);
  const largest = Math.max(...replicas);
  const ofUsage = most(largest);
  const ofShared = most(replicas.reduce((sum, count) => sum + count, 0));
  return { ofUsage, ofShared, isOfAll: ofUsage === largest || largest === 1 };
}

/** By shard, how many servers have its rows. */
export async function readReplicas(connection: ClickhouseConnection): Promise<number[]> {
  const { cluster, name } = connection;
  if (cluster === null) return [1];
  const rows = await connection.query(
    `SELECT count() FROM system.clusters WHERE cluster = ${quoteText(cluster)} GROUP BY shard_num`,
  );
  if (rows.length === 0) {
    throw new AppError('STORE_MISSING', `${name}: the servers know no cluster ${cluster}`, {
      hint: 'The cluster must stand in remote_servers of each server; ?cluster=NAME names it.',
    });
  }
  return rows.map(([count]) => Number(count));
}

/** How rows are written: not before most replicas have them is it over. */
export async function insertSettings(
  connection: ClickhouseConnection,
  quorum: number,
  waitMs: number,
): Promise<Settings> {
  const { hasParallelQuorum, limitsPartitionsOfInsert } = await connection.features();
  return {
    ...(connection.cluster === null ? {} : { insert_distributed_sync: '1' }),
    ...(quorum === 0 ? {} : { insert_quorum: String(quorum), insert_quorum_timeout: String(Math.ceil(waitMs)) }),
    ...(hasParallelQuorum ? { insert_quorum_parallel: '0' } : {}),
    ...(limitsPartitionsOfInsert ? { max_partitions_per_insert_block: '0' } : {}),
  };
}

/**
 * How rows are read: from replicas alone that have all that was written, and each shard answers for itself. That a
 * replica has the last that was written does not mean that it has what came before: one that is behind is not asked.
 */
export function readSettings({ cluster }: ClickhouseConnection): Settings {
  if (cluster === null) return {};
  return {
    select_sequential_consistency: '1',
    max_replica_delay_for_distributed_queries: '1',
    fallback_to_stale_replicas_for_distributed_queries: '0',
    distributed_group_by_no_merge: '1',
  };
}

/** Fails where a server still has to get some of what every server has whole: another one is asked then. */
export function isUpToDate({ cluster, database }: ClickhouseConnection): string {
  if (cluster === null) return '1';
  const names = sharedTables.map(({ name }) => quoteText(name)).join(', ');
  const waiting = `SELECT sum(inserts_in_queue) FROM system.replicas WHERE database = ${quoteText(database)} AND table IN (${names})`;
  return `throwIf((${waiting}) > 0) = 0`;
}
