import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../core/app-error.ts';
import type { Measure } from '../../core/usage-query.ts';
import type { ResolvedFilter } from '../resolved-filter.ts';
import type { SummaryRule } from '../summary-rule.ts';
import { giveUpBatch, withBatch, withoutBatch, withoutDead } from './batches.ts';
import type { ClickhouseConnection } from './clickhouse-connection.ts';
import { compileGroups, compileQuery } from './compile-query.ts';
import type { Decisions } from './decisions.ts';
import { daysOfMonth, findDue, isOutside, withoutSummary } from './months.ts';
import { insertSettings, readQuorum, readSettings, summaryColumns, tablesOf } from './schema.ts';
import type { Month, StateChange, StoreState, Summary } from './store-state.ts';
import { waitForLaggards } from './wait-for-laggards.ts';

const ASK_AGAIN_MS = 200;

interface SummaryOptions {
  readonly rule: SummaryRule;
  /** How long to wait for replicas, in milliseconds. */
  readonly waitMs: number;
  /** A second one, and more, are begun within this time. */
  readonly forMs: number;
}

/**
 * Summarises months that are worth it, so that who asks about all of them need not go through their rows. That it
 * fails is nobody's concern: the rows are there, and another import comes.
 */
export async function summariseOn(
  connection: ClickhouseConnection,
  decisions: Decisions,
  { rule, waitMs, forMs }: SummaryOptions,
): Promise<void> {
  const deadline = performance.now() + forMs;
  try {
    while ((await summariseMonth(connection, decisions, rule, waitMs)) && performance.now() < deadline);
  } catch {}
}

/** What a state becomes when rows of a filter cease to count: what was summarised of their months is not right any more. */
export function withoutSummaries(
  { months, open, unswept }: StoreState,
  filter: ResolvedFilter,
): Required<Pick<StateChange, 'months' | 'open' | 'unswept'>> {
  const gone = months.filter((month) => month.summary !== null && !isOutside(month, filter));
  return {
    months: months.map((month) => (gone.includes(month) ? withoutSummary(month) : month)),
    // Who is writing one still writes: its rows are not removed before he has ended.
    open: open.map((one) => (one.purpose === 'summary' ? { ...one, purpose: 'nothing' } : one)),
    unswept: [...unswept, ...gone.flatMap(({ summary }) => summary?.batch ?? [])],
  };
}

/** Waits until nobody writes a summary of rows that have ceased to count. */
export async function waitForFormer(decisions: Decisions, waitMs: number): Promise<void> {
  const deadline = performance.now() + waitMs;
  while ((await decisions.read()).open.some(({ purpose }) => purpose === 'nothing') && performance.now() < deadline) {
    await sleep(ASK_AGAIN_MS);
  }
}

/**
 * Writes a summary under the number of a batch, which nobody asks for yet, and lets it answer by one decision, if it
 * tells the same of its month as the rows do. Imports go on meanwhile: what they bring is missing from it, and known
 * to be. A removal makes the batch one for nothing, as some of its rows do not count any more.
 * @returns whether there was something to summarise
 */
async function summariseMonth(
  connection: ClickhouseConnection,
  decisions: Decisions,
  rule: SummaryRule,
  waitMs: number,
): Promise<boolean> {
  const begun = await beginSummary(decisions, rule);
  if (begun === null) return false;
  const { month, state } = begun;
  const batch = state.lastBatch;
  const summary: Summary = {
    batch,
    rows: month.later + (month.summary?.rows ?? 0),
    lastBatch: batch,
    except: withoutBatch(state, batch).map((open) => open.batch),
  };
  try {
    await writeSummary(connection, state, { month, batch, waitMs });
    const isEmpty = !(await requireSameAnswer(connection, state, month, summary));
    await decisions.decide(0, (latest) => {
      if (!latest.open.some((one) => one.batch === batch && one.purpose === 'summary')) return null;
      const months = latest.months.flatMap((now) => {
        if (now.month !== month.month) return now;
        const later = now.later - month.later;
        // Of what was removed nothing is left to be known.
        return isEmpty && later === 0 ? [] : { ...now, later, triedAt: null, summary };
      });
      const former = month.summary === null ? [] : [month.summary.batch];
      return { months, open: withoutBatch(latest, batch), unswept: [...latest.unswept, ...former] };
    });
  } finally {
    // Unless it was taken; should that fail, whoever opens a batch gives it up when this process has ended.
    await giveUpBatch(decisions, 0, batch).catch(() => {});
  }
  return true;
}

/** Opens the batch of a summary; null where somebody makes one already, and where no month is worth it. */
async function beginSummary(
  decisions: Decisions,
  rule: SummaryRule,
): Promise<{ readonly month: Month; readonly state: StoreState } | null> {
  let number: number | null = null;
  const state = await decisions.decide(0, (latest) => {
    const given = withoutDead(latest);
    const isBusy = given.open.some(({ purpose }) => purpose === 'summary');
    const due = isBusy ? null : findDue(latest.months, rule, Date.now());
    number = due?.month ?? null;
    if (due === null) return null;
    return {
      ...given,
      ...withBatch({ ...latest, ...given }, 'summary'),
      months: latest.months.map((month) => (month === due ? { ...month, triedAt: Date.now() } : month)),
    };
  });
  const month = state.months.find((one) => one.month === number);
  return month === undefined ? null : { month, state };
}

/** What a summary has of each user, cluster, module and path. */
const summed: readonly Measure[] = ['first', 'last', 'loads', 'direct', 'dependency', 'jobs', 'days'];

/** Puts the former summary of a month together with what came later, or all of its rows where there is none. */
async function writeSummary(
  connection: ClickhouseConnection,
  state: StoreState,
  { month, batch, waitMs }: { readonly month: Month; readonly batch: number; readonly waitMs: number },
): Promise<void> {
  const tables = tablesOf(connection);
  const by = ['user', 'syshost', 'module', 'path'] as const;
  const { sql, values } = compileGroups({ by, measures: summed }, filterOf(month), state, tables);
  const [from] = daysOfMonth(month.month);
  const quorum = await readQuorum(connection);
  await connection.run(
    {
      sql: `
        INSERT INTO ${tables.summaries} (${summaryColumns.map(([name]) => name).join(', ')})
        SELECT ${batch}, ${from}, k0, k1, k2, k3, min(m0), max(m1) - min(m0), sum(m2), sum(m3), sum(m4), sum(m5),
               groupUniqArrayArray(m6)
        FROM (${sql}) GROUP BY k0, k1, k2, k3`,
      values,
    },
    { ...readSettings(connection), ...(await insertSettings(connection, quorum.ofUsage, waitMs)) },
  );
  await waitForLaggards(quorum);
}

/**
 * Makes sure that a summary tells of its month what would be told without it. No load is without a count, so that a
 * row that is missing is missing in the sums, and one that is there twice is not the only one of its kind.
 * @returns whether there is anything to tell
 */
async function requireSameAnswer(
  connection: ClickhouseConnection,
  state: StoreState,
  month: Month,
  summary: Summary,
): Promise<boolean> {
  const tables = tablesOf(connection);
  const settings = readSettings(connection);
  const measures = ['users', 'loads', 'direct', 'dependency', 'jobs', 'first', 'last', 'days'] as const;
  const tellBy = async (months: readonly Month[]): Promise<readonly unknown[] | undefined> => {
    const query = { by: [], measures, filter: {} };
    const statement = compileQuery(query, filterOf(month), { ...state, months }, tables);
    const [row] = await connection.query(statement, settings);
    return row?.slice(0, measures.length);
  };
  const expected = await tellBy(state.months);
  const found = await tellBy(state.months.map((one) => (one === month ? { ...month, later: 0, summary } : one)));
  const [counts] = await connection.query(
    `SELECT sum(rows), sum(kinds) FROM (
       SELECT count() AS rows, uniqExact(user, syshost, module, path) AS kinds
       FROM ${tables.summaries} WHERE batch = ${summary.batch})`,
    settings,
  );
  if (JSON.stringify(found) !== JSON.stringify(expected) || Number(counts?.[0]) !== Number(counts?.[1])) {
    throw new AppError('STORE_FAILED', `${connection.name}: a summary does not tell the same as its rows`);
  }
  return expected !== undefined;
}

/** All rows of a month. */
function filterOf({ month }: Month): ResolvedFilter {
  const all = { users: null, modules: null, paths: null, syshosts: null, start: null, end: null };
  return { ...all, days: daysOfMonth(month) };
}
