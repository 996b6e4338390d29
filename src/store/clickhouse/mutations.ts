import type { ClickhouseConnection } from './clickhouse-connection.ts';
import { quoteText } from './statement.ts';
import { readNodes, replicatedPaths } from './zookeeper.ts';

/**
 * Whether every replica has done what a statement with a mark in it told them to remove from a table; null where they
 * have not been told, or wait for a part that nobody adds. A server knows of itself alone. So of replicated tables it
 * is looked up in ZooKeeper, where each replica lists its parts, and the name of a part ends in the number of the last
 * statement that was applied to it.
 * @param partitions those that have such rows; null for all
 */
export async function mutatedEverywhere(
  connection: ClickhouseConnection,
  table: string,
  mark: string,
  partitions: readonly string[] | null,
): Promise<boolean | null> {
  const { cluster, database } = connection;
  if (cluster === null) {
    const [row] = await connection.query(
      `SELECT min(is_done), count() FROM system.mutations
       WHERE database = ${quoteText(database)} AND table = ${quoteText(table)} AND position(command, ${quoteText(mark)}) > 0`,
    );
    return Number(row?.[1]) === 0 ? null : Number(row?.[0]) === 1;
  }
  let isDone = true;
  for (const path of await replicatedPaths(connection, table)) {
    const done = await mutatedIn(connection, path, mark, partitions);
    if (done === null) return null;
    isDone &&= done;
  }
  return isDone;
}

async function mutatedIn(
  connection: ClickhouseConnection,
  path: string,
  mark: string,
  partitions: readonly string[] | null,
): Promise<boolean | null> {
  const mutations = await readNodes(connection, `${path}/mutations`);
  const told = mutations.filter(({ value }) => value.includes(mark)).map(({ value }) => readVersions(value));
  const [first] = told;
  if (first === undefined) return null;
  const replicas: Part[][] = [];
  for (const { name } of await readNodes(connection, `${path}/replicas`)) {
    const nodes = await readNodes(connection, `${path}/replicas/${name}/parts`);
    const parts = nodes.map((node) => readPart(node.name));
    replicas.push(parts.filter(({ partition }) => partitions === null || partitions.includes(partition)));
  }
  const waiting = replicas.flatMap((parts) =>
    parts.filter((part) => !isMutated(part, first) && !parts.some((other) => isReplacing(other, part))),
  );
  // The last part of a partition may wait for a later one for ever.
  const isLast = (part: Part): boolean =>
    !replicas.flat().some(({ partition, first }) => partition === part.partition && first > part.last);
  return waiting.some(isLast) ? null : waiting.length === 0;
}

/** A part: its partition, the first and last of its blocks, how often it was merged, the last statement applied. */
interface Part {
  readonly partition: string;
  readonly first: number;
  readonly last: number;
  readonly level: number;
  readonly version: number;
}

/** A part is called PARTITION_FIRST_LAST_LEVEL, and _VERSION where a statement was applied to it. */
function readPart(name: string): Part {
  const [partition = '', first, last, level, version] = name.split('_');
  return {
    partition,
    first: Number(first),
    last: Number(last),
    level: Number(level),
    version: Number(version ?? 0),
  };
}

function isMutated({ partition, first, version }: Part, versions: ReadonlyMap<string, number>): boolean {
  const number = versions.get(partition);
  return number === undefined || first >= number || version >= number;
}

/** Whether a part has come in the place of another, which is still listed for a while. */
function isReplacing(one: Part, other: Part): boolean {
  return (
    one.partition === other.partition &&
    one.first <= other.first &&
    one.last >= other.last &&
    (one.level > other.level || (one.level === other.level && one.version > other.version))
  );
}

/** By partition, the number that the statement has among the blocks that were written there. */
function readVersions(entry: string): ReadonlyMap<string, number> {
  return new Map(
    [...entry.matchAll(/^([^\t\n]+)\t(\d+)$/gm)].map(([, partition = '', number]) => [partition, Number(number)]),
  );
}
