import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { alterEverywhere } from './alter-table.ts';
import type { ClickhouseConnection } from './clickhouse-connection.ts';
import type { Decisions } from './decisions.ts';
import { mutatedEverywhere } from './mutations.ts';
import {
  insertSettings,
  readQuorum,
  readSettings,
  sharedTables,
  tablesOf,
  usageColumns,
  waitingSettings,
} from './schema.ts';
import { quoteText } from './statement.ts';
import { isRemoved, type StateChange, type StoreState, type Sweep } from './store-state.ts';

const ASK_AGAIN_MS = 500;
/** Rows that count nowhere, so many that each shard gets some. */
const TOUCHING_ROWS = 64;

/**
 * Takes rows that do not count out of the tables, in two steps, as servers take their time: it is decided what goes,
 * and the servers are told to remove it; when all replicas have, it is decided that nobody needs to pass over it any
 * more. Whoever comes next does the second step, and tells the servers again where the first was cut short.
 * @param waitMs how long to wait for the second; 0 leaves it to others
 */
export async function sweepRows(connection: ClickhouseConnection, decisions: Decisions, waitMs: number): Promise<void> {
  const deadline = performance.now() + waitMs;
  await finishSweep(connection, decisions);
  const begun = await decisions.decide(waitMs, (state) => beginSweep(connection, state));
  if (begun.sweep === null) return;
  await removeSwept(connection, begun, begun.sweep);
  while (!(await finishSweep(connection, decisions)) && performance.now() < deadline) await sleep(ASK_AGAIN_MS);
}

/** Sweeps as far as it goes without waiting. That it fails is nobody's concern: the next one comes. */
export async function sweepOn(connection: ClickhouseConnection, decisions: Decisions): Promise<void> {
  const { sweep, unswept, removals } = await decisions.read();
  if (sweep === null && unswept.length === 0 && removals.length === 0) return;
  await sweepRows(connection, decisions, 0).catch(() => {});
}

async function beginSweep(connection: ClickhouseConnection, state: StoreState): Promise<StateChange | null> {
  const { sweep, unswept: batches, removals } = state;
  if (sweep !== null || (batches.length === 0 && removals.length === 0)) return null;
  const known = { mark: randomBytes(9).toString('hex'), batches, removals: removals.map(({ batch }) => batch) };
  const rows = await connection.query(
    `SELECT min(day) FROM (
       SELECT day, toYYYYMM(toDate(toUInt16(day))) AS month FROM ${tablesOf(connection).usage}
       WHERE ${sweptUsage(state, known)} GROUP BY day)
     GROUP BY month`,
    readSettings(connection),
  );
  const tables: string[] = [];
  for (const { name } of batches.length === 0 ? [] : sharedTables) {
    const [row] = await connection.query(
      `SELECT 1 FROM ${tablesOf(connection).nameOf(name)} WHERE batch IN (${batches.join(', ')}) LIMIT 1`,
      readSettings(connection),
    );
    if (row !== undefined) tables.push(name);
  }
  // Who asks about a former state has to know that rows may be missing from now on.
  return { sweep: { ...known, days: rows.map(([day]) => Number(day)), tables }, losses: state.losses + 1 };
}

/** Ends a sweep that all replicas are done with; tells them again where they know nothing of it. */
async function finishSweep(connection: ClickhouseConnection, decisions: Decisions): Promise<boolean> {
  const state = await decisions.read();
  const { sweep } = state;
  if (sweep === null) return true;
  const months = sweep.days.map(monthOfDay);
  for (const { name } of sweptTables(connection, state, sweep)) {
    const done = await mutatedEverywhere(connection, name, sweep.mark, name === 'modtally_usage' ? months : null);
    if (done === null) await removeSwept(connection, state, sweep);
    if (!done) return false;
  }
  await decisions.decide(0, (latest) =>
    latest.sweep?.mark !== sweep.mark
      ? null
      : {
          sweep: null,
          unswept: latest.unswept.filter((batch) => !sweep.batches.includes(batch)),
          removals: latest.removals.filter(({ batch }) => !sweep.removals.includes(batch)),
        },
  );
  return true;
}

/** The condition that lets through what goes of the usage table. */
function sweptUsage(state: StoreState, { batches, removals }: Pick<Sweep, 'batches' | 'removals'>): string {
  return [
    ...(batches.length === 0 ? [] : [`batch IN (${batches.join(', ')})`]),
    ...state.removals.filter(({ batch }) => removals.includes(batch)).map((removal) => `(${isRemoved(removal)})`),
  ].join(' OR ');
}

/** By table, what goes. */
function sweptTables(
  { cluster }: ClickhouseConnection,
  state: StoreState,
  sweep: Sweep,
): { readonly name: string; readonly where: string; readonly isSharded: boolean }[] {
  const ofUsage = `batch = 0 OR ${sweptUsage(state, sweep)}`;
  const ofBatches = `batch IN (0, ${sweep.batches.join(', ')})`;
  return [
    ...(sweep.days.length === 0 ? [] : [{ name: 'modtally_usage', where: ofUsage, isSharded: cluster !== null }]),
    ...sweep.tables.map((name) => ({ name, where: ofBatches, isSharded: false })),
  ];
}

/** Tells the servers what goes; a second time does no harm. */
async function removeSwept(connection: ClickhouseConnection, state: StoreState, sweep: Sweep): Promise<void> {
  const { nameOf } = tablesOf(connection);
  for (const { name, where, isSharded } of sweptTables(connection, state, sweep)) {
    const change = `DELETE WHERE ${quoteText(sweep.mark)} != '' AND (${where})`;
    if (isSharded) await alterEverywhere(connection, nameOf(name), change, waitingSettings(10_000));
    // What every server has whole needs to be told to one.
    else await connection.run(`ALTER TABLE ${nameOf(name)} ${change}`);
  }
  if (connection.cluster !== null) await touchParts(connection, sweep);
}

/**
 * Adds rows that do not count wherever some are going to be removed: the last part that was written with a quorum
 * stays as it is on old servers, until there is a later one.
 */
async function touchParts(connection: ClickhouseConnection, { days, tables }: Sweep): Promise<void> {
  const { ofUsage, ofShared } = await readQuorum(connection);
  const { usage, nameOf } = tablesOf(connection);
  // Something that was not there before, as servers pass over what they have had.
  const chunk = String(randomInt(0xffff_ffff));
  if (days.length > 0) {
    const given: Readonly<Record<string, string>> = { chunk, day: 'day', user: "concat('touch', toString(number))" };
    const values = usageColumns.map(([name, type]) => given[name] ?? nothingOf(type));
    await connection.run(
      `INSERT INTO ${usage} (${usageColumns.map(([name]) => name).join(', ')})
       SELECT ${values.join(', ')}
       FROM (SELECT number, arrayJoin([${days.join(', ')}]) AS day FROM numbers(${TOUCHING_ROWS}))`,
      await insertSettings(connection, ofUsage, 10_000),
    );
  }
  const settings = await insertSettings(connection, ofShared, 10_000);
  for (const { name, text } of sharedTables.filter((table) => tables.includes(table.name))) {
    await connection.run(`INSERT INTO ${nameOf(name)} (batch, ${text}) VALUES (0, '${chunk}')`, settings);
  }
}

function nothingOf(type: string): string {
  if (type === 'String') return "''";
  return type.startsWith('Nullable') ? 'NULL' : '0';
}

/** The name of the partition of a day. */
function monthOfDay(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 7).replace('-', '');
}
