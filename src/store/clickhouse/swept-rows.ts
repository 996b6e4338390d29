import { randomInt } from 'node:crypto';
import { alterEverywhere } from './alter-table.ts';
import { inBatches } from './batch-list.ts';
import type { ClickhouseConnection } from './clickhouse-connection.ts';
import { mutatedEverywhere } from './mutations.ts';
import {
  insertSettings,
  readQuorum,
  sharedTables,
  summaryColumns,
  tablesOf,
  usageColumns,
  waitingSettings,
} from './schema.ts';
import { quoteText } from './statement.ts';
import { isRemoved, type StoreState, type Sweep } from './store-state.ts';

/** Rows that count nowhere, so many that each shard gets some. */
const TOUCHING_ROWS = 64;

/** The condition that lets through what goes of the usage table. */
export function goingFromUsage(
  { removals }: StoreState,
  { batches, removals: known }: Pick<Sweep, 'batches' | 'removals'>,
): string {
  const ofRemovals = removals.filter(({ batch }) => known.includes(batch)).map((removal) => `(${isRemoved(removal)})`);
  return `(${[inBatches(batches), ...ofRemovals].join(' OR ')})`;
}

/** Tells the servers what goes; a second time does no harm. */
export async function removeSwept(connection: ClickhouseConnection, state: StoreState, sweep: Sweep): Promise<void> {
  const { nameOf } = tablesOf(connection);
  for (const { name, where, isSharded } of sweptTables(connection, state, sweep)) {
    const change = `DELETE WHERE ${quoteText(sweep.mark)} != '' AND (${where})`;
    if (isSharded) await alterEverywhere(connection, nameOf(name), change, waitingSettings(10_000));
    // What every server has whole needs to be told to one.
    else await connection.run(`ALTER TABLE ${nameOf(name)} ${change}`);
  }
  if (connection.cluster !== null) await touchParts(connection, sweep);
}

/** Whether all replicas have removed what goes; tells those again that know nothing of it. */
export async function isSwept(connection: ClickhouseConnection, state: StoreState, sweep: Sweep): Promise<boolean> {
  const partitions: Readonly<Record<string, readonly string[]>> = {
    modtally_usage: sweep.days.map(monthOfDay),
    modtally_usage_months: sweep.summaries.map(String),
  };
  for (const { name } of sweptTables(connection, state, sweep)) {
    const done = await mutatedEverywhere(connection, name, sweep.mark, partitions[name] ?? null);
    if (done === null) await removeSwept(connection, state, sweep);
    if (!done) return false;
  }
  return true;
}

/** By table, what goes. */
function sweptTables(
  { cluster }: ClickhouseConnection,
  state: StoreState,
  sweep: Sweep,
): { readonly name: string; readonly where: string; readonly isSharded: boolean }[] {
  const { batches, days, summaries, tables, condensed } = sweep;
  const isSharded = cluster !== null;
  const ofUsage = `batch = 0 OR ${goingFromUsage(state, sweep)}`;
  const ofBatches = inBatches([0, ...batches]);
  const ofLedger =
    condensed === null ? ofBatches : `${ofBatches} OR decided <= ${condensed.decided} AND batch != ${condensed.batch}`;
  return [
    ...(days.length === 0 ? [] : [{ name: 'modtally_usage', where: ofUsage, isSharded }]),
    ...(summaries.length === 0 ? [] : [{ name: 'modtally_usage_months', where: ofBatches, isSharded }]),
    ...tables.map((name) => ({ name, where: name === 'modtally_contents' ? ofLedger : ofBatches, isSharded: false })),
  ];
}

/**
 * Adds rows that do not count wherever some are going to be removed: the last part that was written with a quorum
 * stays as it is on old servers, until there is a later one.
 */
async function touchParts(connection: ClickhouseConnection, { days, summaries, tables }: Sweep): Promise<void> {
  const { ofUsage, ofShared } = await readQuorum(connection);
  const { usage, summaries: ofSummaries, nameOf } = tablesOf(connection);
  // Something that was not there before, as servers pass over what they have had.
  const first = String(randomInt(0xffff_ffff));
  const touch = async (table: string, columns: typeof usageColumns, ofDays: readonly number[]): Promise<void> => {
    if (ofDays.length === 0) return;
    const given: Readonly<Record<string, string>> = { first, day: 'day', user: "concat('touch', toString(number))" };
    const values = columns.map(([name, type]) => given[name] ?? nothingOf(type));
    await connection.run(
      `INSERT INTO ${table} (${columns.map(([name]) => name).join(', ')})
       SELECT ${values.join(', ')}
       FROM (SELECT number, arrayJoin([${ofDays.join(', ')}]) AS day FROM numbers(${TOUCHING_ROWS}))`,
      await insertSettings(connection, ofUsage, 10_000),
    );
  };
  await touch(usage, usageColumns, days);
  await touch(ofSummaries, summaryColumns, summaries);
  const settings = await insertSettings(connection, ofShared, 10_000);
  for (const { name, text } of sharedTables.filter((table) => tables.includes(table.name))) {
    await connection.run(`INSERT INTO ${nameOf(name)} (batch, ${text}) VALUES (0, '${first}')`, settings);
  }
}

function nothingOf(type: string): string {
  if (type === 'String') return "''";
  if (type.startsWith('Array')) return 'emptyArrayInt32()';
  return type.startsWith('Nullable') ? 'NULL' : '0';
}

/** The name of the partition of a day. */
function monthOfDay(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 7).replace('-', '');
}
