import type { ClickhouseConnection, Settings } from './clickhouse-connection.ts';
import { everywhere } from './schema.ts';
import { quoteText } from './statement.ts';

/**
 * Changes a sharded table in every shard, by one server of each. The statement for the whole cluster is left to where
 * the URL does not name a server of each shard: when two replicas are done with it at the same moment, one of version
 * 18 takes no more statements for the cluster until it is started again.
 * @param change what follows the name of the table
 */
export async function alterEverywhere(
  connection: ClickhouseConnection,
  table: string,
  change: string,
  settings: Settings,
): Promise<void> {
  const servers = await serversOfShards(connection);
  if (servers === null) await connection.run(`ALTER TABLE ${table} ${everywhere(connection)} ${change}`, settings);
  else for (const server of servers) await server.run(`ALTER TABLE ${table} ${change}`, settings);
}

/** One server of each shard, of those that the URL names and that are up; null where some shard has none. */
async function serversOfShards(connection: ClickhouseConnection): Promise<readonly ClickhouseConnection[] | null> {
  const { cluster } = connection;
  if (cluster === null) return [connection];
  const ofCluster = `FROM system.clusters WHERE cluster = ${quoteText(cluster)}`;
  const byShard = new Map<number, ClickhouseConnection>();
  let shards = 0;
  for (const server of connection.servers()) {
    try {
      const [row] = await server.query(`SELECT uniqExact(shard_num), maxIf(shard_num, is_local = 1) ${ofCluster}`);
      shards = Number(row?.[0]);
      const own = Number(row?.[1]);
      if (own > 0 && !byShard.has(own)) byShard.set(own, server);
    } catch {
      // It is down: another one of its shard may be up.
    }
    if (byShard.size > 0 && byShard.size === shards) return [...byShard.values()];
  }
  return null;
}
