import { AppError } from '../../core/app-error.ts';
import type { ResolvedFilter } from '../resolved-filter.ts';
import { giveUpBatch, isUndecided, openBatch, withoutBatch } from './batches.ts';
import type { ClickhouseConnection } from './clickhouse-connection.ts';
import { compileCount } from './compile-query.ts';
import type { Decisions } from './decisions.ts';
import { insertSettings, readQuorum, readSettings, tablesOf, usageColumns } from './schema.ts';
import { writeValues } from './statement.ts';
import { inCountedUsage, openBatches, type StoreState } from './store-state.ts';
import { withoutSummaries } from './summaries.ts';
import { allOf, compileDays, compileNames, compileTime, daysOf, tallyKey } from './usage-filter.ts';
import { waitForLaggards } from './wait-for-laggards.ts';

/** Number of rows that a filter lets through. */
export async function countRows(
  connection: ClickhouseConnection,
  state: StoreState,
  filter: ResolvedFilter,
): Promise<number> {
  const [row] = await connection.query(compileCount(filter, state, tablesOf(connection)), readSettings(connection));
  return Number(row?.[0] ?? 0);
}

/**
 * Lets rows cease to count, by one decision. Of tallies whole days are taken away, and those tallies of the first and
 * last days that stay are written anew, as a batch that counts by the same decision.
 * @param filterOf the filter, resolved by the state whose rows are removed
 * @param archive takes in the rows before
 */
export async function removeRows(
  connection: ClickhouseConnection,
  decisions: Decisions,
  waitMs: number,
  filterOf: (state: StoreState) => Promise<ResolvedFilter>,
  archive: (state: StoreState, filter: ResolvedFilter) => Promise<void>,
): Promise<number> {
  const batch = await openBatch(decisions, waitMs, 'removal');
  let isDecided = false;
  try {
    const state = await decisions.read();
    const filter = await filterOf(state);
    const rows = await countRows(connection, state, filter);
    await archive(state, filter);
    if (rows > 0) {
      isUndecided(await decisions.read(), batch, connection.name);
      await writeStaying(connection, state, filter, batch, waitMs);
    }
    const where = compileRemoval(filter);
    await decisions.decide(waitMs, (latest) => {
      if (!isUndecided(latest, batch, connection.name)) return null;
      const open = withoutBatch(latest, batch);
      if (rows === 0) return { open };
      return {
        ...withoutSummaries({ ...latest, open }, filter),
        changes: latest.changes + 1,
        removals: [...latest.removals, { batch, lastBatch: state.lastBatch, except: openBatches(state), where }],
      };
    });
    isDecided = true;
    return rows;
  } finally {
    if (!isDecided) await giveUpBatch(decisions, waitMs, batch).catch(() => {});
  }
}

/** Whether rows that a filter has removed may still be in the tables, though they do not count. */
export function mayBeThere({ removals }: StoreState, filter: ResolvedFilter): boolean {
  const removed = compileRemoval(filter);
  return removals.some(({ where }) => where === removed);
}

/** The rows that cease to count: loads by their time, tallies by their day. */
function compileRemoval(filter: ResolvedFilter): string {
  const names = writeValues(compileNames(filter));
  if (filter.start === null && filter.end === null) return allOf([names, compileDays(filter)]);
  return allOf([names, compileDays(filter), `(is_tally = 1 OR ${compileTime(filter)})`]);
}

/** Writes the tallies anew that are not to be removed, though others of their day are. */
async function writeStaying(
  connection: ClickhouseConnection,
  state: StoreState,
  filter: ResolvedFilter,
  batch: number,
  waitMs: number,
): Promise<void> {
  const { edges } = daysOf(filter);
  if (edges.length === 0) return;
  const { usage } = tablesOf(connection);
  const names = compileNames(filter);
  const staying = `
    SELECT ${tallyKey}, min(first) AS t1, max(first + span) AS t2, sum(loads) AS t3, sum(direct) AS t4,
           sum(dependency) AS t5, sum(jobs) AS t6, max(grp) AS t7
    FROM ${usage}
    WHERE is_tally = 1 AND ${allOf([inCountedUsage(state), names.sql, compileDays(filter)])}
      AND day IN (${edges.join(', ')})
    GROUP BY ${tallyKey} HAVING NOT (${compileTime(filter, 't1')})`;
  const settings = readSettings(connection);
  const countOf = async (sql: string): Promise<number> => {
    const [row] = await connection.query({ sql, values: names.values }, settings);
    return Number(row?.[0] ?? 0);
  };
  const expected = await countOf(`SELECT count() FROM (${staying})`);
  if (expected === 0) return;
  const quorum = await readQuorum(connection);
  const columns = usageColumns.map(([name]) => name).join(', ');
  await connection.run(
    {
      sql: `
        INSERT INTO ${usage} (${columns})
        SELECT ${batch}, 0, 0, 1, ${tallyKey}, t1, t2 - t1, t3, t4, t5, t6, t7, NULL, NULL FROM (${staying})`,
      values: names.values,
    },
    { ...settings, ...(await insertSettings(connection, quorum.ofUsage, waitMs)) },
  );
  await waitForLaggards(quorum);
  const found = await countOf(`SELECT sum(n) FROM (SELECT count() AS n FROM ${usage} WHERE batch = ${batch})`);
  if (found !== expected) {
    throw new AppError('STORE_FAILED', `${connection.name}: of ${expected} rows written the servers have ${found}`, {
      hint: 'Nothing was removed. Run it again.',
    });
  }
}
