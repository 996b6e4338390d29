import { AppError } from '../../core/app-error.ts';
import { giveUp, giveUpBatch, isUndecided, openBatch, withoutBatch } from './batches.ts';
import type { ClickhouseConnection } from './clickhouse-connection.ts';
import type { Decisions } from './decisions.ts';
import { newestOfContent, ofContents } from './ledger.ts';
import { insertSettings, isUpToDate, readQuorum, readSettings, tablesOf } from './schema.ts';

/** So many rows that another took the place of are left where they are. */
const ROWS_LEFT = 10_000;

/**
 * Puts the contents of the ledger together when most of their rows are past, as there is a new row for each content
 * that an import has changed. The newest of each are written anew as a batch, and by a decision that batch takes the
 * place of all rows until then, which may be removed: they are known by the number of the state that they were
 * written for, and nobody writes for that one any more.
 */
export async function condenseLedger(connection: ClickhouseConnection, decisions: Decisions): Promise<void> {
  const state = await decisions.read();
  if (state.condensed?.isSwept === false) return;
  const past = (await ask(connection, 'count()', '1')) - state.lastContent;
  if (past <= ROWS_LEFT || past <= state.lastContent) return;
  const { contents } = tablesOf(connection);
  const { ofShared } = await readQuorum(connection);
  const settings = await insertSettings(connection, ofShared, 10_000);
  const batch = await openBatch(decisions, 0);
  let isDecided = false;
  try {
    const latest = await decisions.read();
    isUndecided(latest, batch, connection.name);
    await connection.run(
      `INSERT INTO ${contents}
       SELECT ${batch}, ${latest.number}, id, revision, first_line, length, lines, digest, head_lines, blocks, name,
              stamp, tail_waits
       FROM ${contents} WHERE ${ofContents(connection, latest)} ${newestOfContent}`,
      { ...settings, ...readSettings(connection) },
    );
    const found = await ask(connection, 'uniqExact(id)', `batch = ${batch}`);
    if (found !== latest.lastContent) {
      throw new AppError(
        'STORE_FAILED',
        `${connection.name}: of ${latest.lastContent} contents the servers have copied ${found}`,
      );
    }
    const condensed = { batch, decided: latest.number, isSwept: false };
    await decisions.decide(0, (now) => {
      if (!isUndecided(now, batch, connection.name)) return null;
      // Somebody else has done it meanwhile, and what was copied may have been on its way out.
      if (now.condensed?.batch !== latest.condensed?.batch) return giveUp(now, [batch]);
      return { condensed, open: withoutBatch(now, batch) };
    });
    isDecided = true;
  } finally {
    if (!isDecided) await giveUpBatch(decisions, 0, batch).catch(() => {});
  }
}

async function ask(connection: ClickhouseConnection, what: string, where: string): Promise<number> {
  const { contents } = tablesOf(connection);
  const [row] = await connection.query(
    `SELECT ${what} FROM ${contents} WHERE ${where} AND ${isUpToDate(connection)}`,
    readSettings(connection),
  );
  return Number(row?.[0] ?? 0);
}
