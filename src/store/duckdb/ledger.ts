import { blobValue, type DuckDBConnection } from '@duckdb/node-api';
import type { ContentPrint, ImportRecord, LedgerChange, LedgerEntry, PastImport } from '../../core/ledger.ts';
import { ledgerEntryOf, pastImportOf, printsOf } from '../ledger-rows.ts';
import { numbersToBytes } from '../packed-numbers.ts';
import type { Rivals } from '../store.ts';
import { readRows } from './read-rows.ts';

/** The ledger of an attached store, and the mark of its latest change. */
export async function readLedger(connection: DuckDBConnection): Promise<{ revision: number; entries: LedgerEntry[] }> {
  const rows = await readRows(
    connection,
    'SELECT id, first_line, length::DOUBLE, lines::DOUBLE, name, stamp, tail_waits FROM store.contents',
  );
  const entries = rows.map(ledgerEntryOf);
  return { revision: await readRevision(connection), entries };
}

export async function readPrints(
  connection: DuckDBConnection,
  ids: readonly number[],
): Promise<Map<number, ContentPrint>> {
  const rows = await readRows(
    connection,
    `SELECT id, length::DOUBLE, lines::DOUBLE, digest, head_lines, blocks FROM store.contents WHERE id IN (${ids.join(', ')})`,
  );
  return printsOf(rows);
}

export async function readHistory(connection: DuckDBConnection): Promise<PastImport[]> {
  const rows = await readRows(
    connection,
    `SELECT started_at, zone, files, lines, loads, ignored, skipped, rejected, already, new_rows
     FROM store.imports ORDER BY id`,
  );
  return rows.map(pastImportOf);
}

/** Whether another import has come since a revision, any or one of content that begins like one of these. */
export async function hasConflict(
  connection: DuckDBConnection,
  changes: readonly LedgerChange[],
  revision: number,
  rivals: Rivals,
): Promise<boolean> {
  if (rivals === 'any') return (await readRevision(connection)) > revision;
  if (changes.length === 0) return false;
  const firstLines = [...new Set(changes.map(({ firstLine }) => firstLine))];
  const rows = await readRows(
    connection,
    `SELECT 1 FROM store.contents WHERE revision > ${revision} AND first_line IN (${firstLines.join(', ')}) LIMIT 1`,
  );
  return rows.length > 0;
}

/** Writes what an import did, inside its transaction. */
export async function writeLedger(
  connection: DuckDBConnection,
  record: ImportRecord,
  changes: readonly LedgerChange[],
  newRows: number,
): Promise<void> {
  const revision = (await readRevision(connection)) + 1;
  const { past = [], ...own } = record;
  await appendImports(connection, revision, [{ ...own, startedAt: Math.floor(own.startedAt), newRows }, ...past]);
  const [row] = await readRows(connection, 'SELECT coalesce(max(id), 0) FROM store.contents');
  let lastId = Number(row?.[0] ?? 0);
  for (const { id, firstLine, name, stamp, tailWaits, print } of changes) {
    const place = { name, stamp, tailWaits, revision };
    if (print === null) {
      await connection.run(
        'UPDATE store.contents SET name = $name, stamp = $stamp, tail_waits = $tailWaits, revision = $revision WHERE id = $id',
        { ...place, id: Number(id) },
      );
      continue;
    }
    if (id !== null) await connection.run('DELETE FROM store.contents WHERE id = $id', { id });
    await connection.run(
      `INSERT INTO store.contents VALUES
       ($id, $revision, $firstLine, $length, $lines, $digest, $headLines, $blocks, $name, $stamp, $tailWaits)`,
      {
        ...place,
        id: id ?? ++lastId,
        firstLine,
        length: print.length,
        lines: print.lines,
        digest: print.digest,
        headLines: blobValue(numbersToBytes(print.headLines)),
        blocks: blobValue(numbersToBytes(print.blocks)),
      },
    );
  }
}

/** Adds imports to the history, under numbers from `id` on. */
async function appendImports(connection: DuckDBConnection, id: number, imports: readonly PastImport[]): Promise<void> {
  const appender = await connection.createAppender('imports', 'main', 'store');
  for (const [at, past] of imports.entries()) {
    appender.appendInteger(id + at);
    appender.appendBigInt(BigInt(past.startedAt));
    appender.appendVarchar(past.zone);
    appender.appendInteger(past.files);
    const { lines, loads, ignored, skipped, rejected, already, newRows } = past;
    for (const count of [lines, loads, ignored, skipped, rejected, already, newRows]) {
      appender.appendBigInt(BigInt(count));
    }
    appender.endRow();
  }
  appender.closeSync();
}

async function readRevision(connection: DuckDBConnection): Promise<number> {
  const [row] = await readRows(connection, 'SELECT coalesce(max(id), 0) FROM store.imports');
  return Number(row?.[0] ?? 0);
}
