import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { inBatches } from './batch-list.ts';
import type { ClickhouseConnection } from './clickhouse-connection.ts';
import { condenseLedger } from './condense-ledger.ts';
import type { Decisions } from './decisions.ts';
import { isUpToDate, readSettings, sharedTables, tablesOf } from './schema.ts';
import type { StateChange, StoreState, Sweep } from './store-state.ts';
import { goingFromUsage, isSwept, removeSwept } from './swept-rows.ts';
import { batchesToForget, forgetBatches } from './void-batches.ts';
import { waitsForQuorum } from './zookeeper.ts';

const ASK_AGAIN_MS = 500;

/**
 * Takes rows that do not count out of the tables, in two steps, as servers take their time: it is decided what goes,
 * and the servers are told to remove it; when all replicas have, it is decided that nobody needs to pass over it any
 * more. Whoever comes next does the second step, and tells the servers again where the first was cut short.
 * @param waitMs how long to wait for the second; 0 leaves it to others
 */
export async function sweepRows(connection: ClickhouseConnection, decisions: Decisions, waitMs: number): Promise<void> {
  const deadline = performance.now() + waitMs;
  for (let hasBegun = false; ; hasBegun = true) {
    while (!(await finishSweep(connection, decisions))) {
      if (performance.now() > deadline) return;
      await sleep(ASK_AGAIN_MS);
    }
    // There is always more to do where imports fail all the time.
    if (hasBegun && performance.now() > deadline) return;
    if (!(await startSweep(connection, decisions, waitMs))) return;
  }
}

/** Sweeps as far as it goes without waiting. That it fails is nobody's concern: the next one comes. */
export async function sweepOn(connection: ClickhouseConnection, decisions: Decisions): Promise<void> {
  await condenseLedger(connection, decisions).catch(() => {});
  await sweepRows(connection, decisions, 0).catch(() => {});
}

function hasWork(state: StoreState): boolean {
  const { sweep, unswept, removals, condensed } = state;
  return (
    sweep !== null ||
    unswept.length > 0 ||
    removals.length > 0 ||
    condensed?.isSwept === false ||
    batchesToForget(state).length > 0
  );
}

/** Decides what goes, and tells the servers; false where nothing has to. */
async function startSweep(connection: ClickhouseConnection, decisions: Decisions, waitMs: number): Promise<boolean> {
  let isOwn = false;
  const state = await decisions.decide(waitMs, async (latest) => {
    const change = await beginSweep(connection, latest);
    isOwn = change !== null;
    return change;
  });
  if (state.sweep === null) return false;
  if (isOwn) await removeSwept(connection, state, state.sweep);
  return true;
}

async function beginSweep(connection: ClickhouseConnection, state: StoreState): Promise<StateChange | null> {
  if (state.sweep !== null || !hasWork(state)) return null;
  const old = batchesToForget(state);
  // Asked first: what is not found below then is nowhere, and will not be.
  const forgets = old.length > 0 && (await waitsForQuorum(connection)) ? [] : old;
  const batches = [...new Set([...state.unswept, ...forgets])];
  const removals = state.removals.map(({ batch }) => batch);
  const condensed = state.condensed?.isSwept === false ? state.condensed : null;
  if (batches.length === 0 && removals.length === 0 && condensed === null) return null;
  const days = await connection.query(
    `SELECT min(day) FROM (
       SELECT day, toYYYYMM(toDate(toUInt16(day))) AS month FROM ${tablesOf(connection).usage}
       WHERE ${goingFromUsage(state, { batches, removals })} GROUP BY day)
     GROUP BY month`,
    readSettings(connection),
  );
  const summaries = await findSummaries(connection, batches);
  const tables: string[] = [];
  for (const { name } of sharedTables) {
    const isPastLedger = condensed !== null && name === 'modtally_contents';
    const [row] = isPastLedger
      ? [[1]]
      : await connection.query(
          `SELECT 1 FROM ${tablesOf(connection).nameOf(name)} WHERE ${inBatches(batches)} AND ${isUpToDate(connection)} LIMIT 1`,
          readSettings(connection),
        );
    if (row !== undefined) tables.push(name);
  }
  const sweep: Sweep = {
    mark: randomBytes(9).toString('hex'),
    batches,
    removals,
    days: days.map(([day]) => Number(day)),
    summaries,
    tables,
    condensed,
    forgets,
  };
  // Who asks about a former state has to know that rows may be missing from now on.
  return { sweep, losses: state.losses + 1 };
}

/** The months of which batches have summaries. */
async function findSummaries(connection: ClickhouseConnection, batches: readonly number[]): Promise<number[]> {
  const rows = await connection.query(
    `SELECT DISTINCT day FROM ${tablesOf(connection).summaries} WHERE ${inBatches(batches)}`,
    readSettings(connection),
  );
  return [...new Set(rows.map(([day]) => Number(day)))];
}

/** Ends a sweep that all replicas are done with; tells them again where they know nothing of it. */
async function finishSweep(connection: ClickhouseConnection, decisions: Decisions): Promise<boolean> {
  const state = await decisions.read();
  const { sweep } = state;
  if (sweep === null) return true;
  if (!(await isSwept(connection, state, sweep))) return false;
  await decisions.decide(0, (latest) => {
    if (latest.sweep?.mark !== sweep.mark) return null;
    const batches = new Set(sweep.batches);
    return {
      sweep: null,
      ...forgetBatches(latest, sweep.forgets),
      unswept: latest.unswept.filter((batch) => !batches.has(batch)),
      removals: latest.removals.filter(({ batch }) => !sweep.removals.includes(batch)),
      condensed: withSwept(latest.condensed, sweep.condensed),
    };
  });
  return true;
}

function withSwept(latest: StoreState['condensed'], swept: Sweep['condensed']): StoreState['condensed'] {
  return latest !== null && latest.batch === swept?.batch ? { ...latest, isSwept: true } : latest;
}
