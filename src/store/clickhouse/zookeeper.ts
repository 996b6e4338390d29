import type { ClickhouseConnection } from './clickhouse-connection.ts';
import { isUnknownPath } from './clickhouse-errors.ts';
import { shardedTables, sharedTables, zookeeperPath } from './schema.ts';
import { quoteText } from './statement.ts';

/** What ZooKeeper has below a path: names and what stands there; nothing where there is no such path. */
export async function readNodes(
  connection: ClickhouseConnection,
  path: string,
): Promise<{ readonly name: string; readonly value: string }[]> {
  try {
    const rows = await connection.query(`SELECT name, value FROM system.zookeeper WHERE path = ${quoteText(path)}`);
    return rows.map(([name, value]) => ({ name: String(name), value: String(value) }));
  } catch (error) {
    if (isUnknownPath(error)) return [];
    throw error;
  }
}

/** Where ZooKeeper has the replicas of a table, and their log: of one that is sharded, a place for each shard. */
export async function replicatedPaths(connection: ClickhouseConnection, table: string): Promise<string[]> {
  const path = `${zookeeperPath(connection)}/${table}`;
  if (!shardedTables.some(({ name }) => name === table)) return [path];
  return (await readNodes(connection, path)).map(({ name }) => `${path}/${name}`);
}

/** Whether an insert waits for replicas still: its rows are read by nobody, and may be some day. */
export async function waitsForQuorum(connection: ClickhouseConnection): Promise<boolean> {
  if (connection.cluster === null) return false;
  for (const { name: table } of [...shardedTables, ...sharedTables]) {
    for (const path of await replicatedPaths(connection, table)) {
      if ((await readNodes(connection, `${path}/quorum`)).some(({ name }) => name === 'status')) return true;
    }
  }
  return false;
}
