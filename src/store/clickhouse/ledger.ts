import type { ContentPrint, ImportRecord, LedgerChange, LedgerEntry, PastImport } from '../../core/ledger.ts';
import { ledgerEntryOf, pastImportOf, printsOf } from '../ledger-rows.ts';
import { numbersToBytes } from '../packed-numbers.ts';
import type { Rivals } from '../store.ts';
import type { ClickhouseConnection, Settings } from './clickhouse-connection.ts';
import { RowBinary } from './row-binary.ts';
import { isUpToDate, readSettings, tablesOf } from './schema.ts';
import { quoteText } from './statement.ts';
import { inCountedBatches, type StoreState } from './store-state.ts';

/**
 * The contents of a state: what an import has written for the state in which it was taken in, as it may have been to be
 * part of earlier ones, and somebody else was faster; and what they were put together by.
 * @param asked the condition of those that are asked for
 */
export function ofContents(connection: ClickhouseConnection, state: StoreState, asked = '1'): string {
  const { contents, imports } = tablesOf(connection);
  const { condensed } = state;
  const conditions = [
    inCountedBatches(state),
    isUpToDate(connection),
    ...(condensed === null ? [] : [`(decided > ${condensed.decided} OR batch = ${condensed.batch})`]),
    asked,
  ].join(' AND ');
  const isTaken = `(batch, decided) IN (
    SELECT batch, max(decided) FROM ${imports} WHERE batch IN (SELECT batch FROM ${contents} WHERE ${conditions})
    GROUP BY batch)`;
  return `${conditions} AND ${condensed === null ? isTaken : `(batch = ${condensed.batch} OR ${isTaken})`}`;
}

/** The newest version of each content. */
export const newestOfContent = 'ORDER BY id, decided DESC LIMIT 1 BY id';

export async function readLedger(connection: ClickhouseConnection, state: StoreState): Promise<LedgerEntry[]> {
  const rows = await ask(
    connection,
    `SELECT id, first_line, length, lines, name, stamp, tail_waits FROM ${tablesOf(connection).contents}
     WHERE ${ofContents(connection, state)} ${newestOfContent}`,
  );
  return rows.map(ledgerEntryOf);
}

export async function readPrints(
  connection: ClickhouseConnection,
  state: StoreState,
  ids: readonly number[],
): Promise<Map<number, ContentPrint>> {
  if (ids.length === 0) return new Map();
  const rows = await ask(
    connection,
    `SELECT id, length, lines, digest, hex(head_lines), hex(blocks) FROM ${tablesOf(connection).contents}
     WHERE ${ofContents(connection, state, `id IN (${ids.join(', ')})`)} ${newestOfContent}`,
  );
  return printsOf(
    rows.map(([id, length, lines, digest, ...hashes]) => [
      ...[id, length, lines, digest],
      ...hashes.map((hex) => Buffer.from(String(hex), 'hex')),
    ]),
  );
}

export async function readHistory(connection: ClickhouseConnection, state: StoreState): Promise<PastImport[]> {
  const { imports } = tablesOf(connection);
  const counted = inCountedBatches(state);
  // Written whole for each state that it was to be part of: the last one is the one that it was taken into.
  const rows = await ask(
    connection,
    `SELECT started_at, zone, files, lines, loads, ignored, skipped, rejected, already, new_rows
     FROM (SELECT * FROM ${imports} WHERE ${counted} ORDER BY batch, decided DESC LIMIT 1 BY batch, place)
     ORDER BY decided, place`,
  );
  return rows.map(pastImportOf);
}

/** Whether another import has come since a revision, any or one of content that begins like one of these. */
export async function hasConflict(
  connection: ClickhouseConnection,
  state: StoreState,
  changes: readonly LedgerChange[],
  { revision, rivals }: { readonly revision: number; readonly rivals: Rivals },
): Promise<boolean> {
  if (state.revision <= revision) return false;
  if (rivals === 'any') return true;
  if (changes.length === 0) return false;
  const firstLines = [...new Set(changes.map(({ firstLine }) => firstLine))];
  const rows = await ask(
    connection,
    `SELECT 1 FROM ${tablesOf(connection).contents}
     WHERE ${ofContents(connection, state, `revision > ${revision} AND first_line IN (${firstLines.join(', ')})`)} LIMIT 1`,
  );
  return rows.length > 0;
}

/** Writes what an import did, for the state that comes after one; it counts once that is decided. */
export async function writeLedger(
  connection: ClickhouseConnection,
  state: StoreState,
  written: { readonly batch: number; readonly record: ImportRecord; readonly newRows: number },
  changes: readonly LedgerChange[],
  settings: Settings,
): Promise<{ readonly lastContent: number }> {
  const { contents, imports } = tablesOf(connection);
  const { batch, record, newRows } = written;
  const [decided, revision] = [state.number + 1, state.revision + 1];
  const { past: others = [], ...own } = record;
  const history = new RowBinary();
  for (const [place, past] of [{ ...own, newRows }, ...others].entries()) {
    history.uint32(batch).uint64(decided).uint32(place).int64(Math.floor(past.startedAt)).text(past.zone);
    history.uint32(past.files).uint64(past.lines).uint64(past.loads).uint64(past.ignored).uint64(past.skipped);
    history.uint64(past.rejected).uint64(past.already).uint64(past.newRows);
  }
  await connection.insert(imports, history.take(), settings);

  let { lastContent } = state;
  const rows = new RowBinary();
  for (const { id, firstLine, name, stamp, tailWaits, print } of changes) {
    if (print === null) continue;
    rows.uint32(batch).uint64(decided);
    rows.uint32(id ?? ++lastContent);
    rows.uint32(revision).uint32(firstLine).uint64(print.length).uint64(print.lines).text(print.digest);
    rows.text(numbersToBytes(print.headLines)).text(numbersToBytes(print.blocks));
    rows
      .text(name)
      .nullableText(stamp)
      .uint8(tailWaits ? 1 : 0);
  }
  if (rows.length > 0) await connection.insert(contents, rows.take(), settings);

  // What is only somewhere else now keeps the print that it has.
  const moved = changes.filter(({ id, print }) => id !== null && print === null);
  if (moved.length > 0) {
    const ids = moved.map(({ id }) => id).join(', ');
    const ofPlace = (values: readonly (string | number)[]): string => `[${values.join(', ')}][indexOf([${ids}], id)]`;
    const [names, stamps, hasStamp, tails] = [
      ofPlace(moved.map(({ name }) => quoteText(name))),
      ofPlace(moved.map(({ stamp }) => quoteText(stamp ?? ''))),
      ofPlace(moved.map(({ stamp }) => (stamp === null ? 0 : 1))),
      ofPlace(moved.map(({ tailWaits }) => (tailWaits ? 1 : 0))),
    ];
    await connection.run(
      `INSERT INTO ${contents}
       SELECT ${batch}, ${decided}, id, ${revision}, first_line, length, lines, digest, head_lines, blocks,
              ${names}, if(${hasStamp} = 1, ${stamps}, NULL), ${tails}
       FROM ${contents} WHERE ${ofContents(connection, state, `id IN (${ids})`)} ${newestOfContent}`,
      { ...settings, ...readSettings(connection) },
    );
  }
  return { lastContent };
}

/** The tables that every server has whole. */
function ask(connection: ClickhouseConnection, sql: string): Promise<unknown[][]> {
  return connection.query(sql, readSettings(connection));
}
