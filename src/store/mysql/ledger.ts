import type { ContentPrint, ImportRecord, LedgerChange, LedgerEntry, PastImport } from '../../core/ledger.ts';
import type { MysqlConnection } from '../../mysql/mysql-connection.ts';
import { ledgerEntryOf, pastImportOf, printsOf } from '../ledger-rows.ts';
import { numbersToBytes } from '../packed-numbers.ts';
import type { Rivals } from '../store.ts';

/** The ledger, and the mark of its latest change, or of one before it: what comes in between is a conflict. */
export async function readLedger(connection: MysqlConnection): Promise<{ revision: number; entries: LedgerEntry[] }> {
  const revision = await readRevision(connection);
  const rows = await connection.query(
    'SELECT id, first_line, length, line_count, name, stamp, tail_waits FROM modtally_contents',
  );
  return { revision, entries: rows.map(ledgerEntryOf) };
}

export async function readPrints(
  connection: MysqlConnection,
  ids: readonly number[],
): Promise<Map<number, ContentPrint>> {
  const rows = await connection.query(
    `SELECT id, length, line_count, digest, head_lines, blocks FROM modtally_contents WHERE id IN (${ids.join(', ')})`,
  );
  return printsOf(rows);
}

export async function readHistory(connection: MysqlConnection): Promise<PastImport[]> {
  const rows = await connection.query(
    `SELECT started_at, zone, files, line_count, loads, ignored, skipped, rejected, already, new_rows
     FROM modtally_imports ORDER BY id`,
  );
  return rows.map(pastImportOf);
}

/** Whether another import has come since a revision, any or one of content that begins like one of these. */
export async function hasConflict(
  connection: MysqlConnection,
  changes: readonly LedgerChange[],
  revision: number,
  rivals: Rivals,
): Promise<boolean> {
  if (rivals === 'any') return (await readRevision(connection)) > revision;
  if (changes.length === 0) return false;
  const firstLines = [...new Set(changes.map(({ firstLine }) => firstLine))];
  const rows = await connection.query(
    `SELECT 1 FROM modtally_contents WHERE revision > ? AND first_line IN (${firstLines.join(', ')}) LIMIT 1`,
    [revision],
  );
  return rows.length > 0;
}

/** Writes what an import did, inside its transaction. */
export async function writeLedger(
  connection: MysqlConnection,
  record: ImportRecord,
  changes: readonly LedgerChange[],
  newRows: number,
): Promise<void> {
  const revision = (await readRevision(connection)) + 1;
  const { past = [], ...own } = record;
  await insertImports(connection, revision, [{ ...own, startedAt: Math.floor(own.startedAt), newRows }, ...past]);
  for (const { id, firstLine, name, stamp, tailWaits, print } of changes) {
    const waits = tailWaits ? 1 : 0;
    if (print === null) {
      await connection.run(
        'UPDATE modtally_contents SET name = ?, stamp = ?, tail_waits = ?, revision = ? WHERE id = ?',
        [name, stamp, waits, revision, id],
      );
      continue;
    }
    // With an id of null the table gives the next one.
    await connection.run('REPLACE INTO modtally_contents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)', [
      id,
      revision,
      firstLine,
      print.length,
      print.lines,
      print.digest,
      Buffer.from(numbersToBytes(print.headLines)),
      Buffer.from(numbersToBytes(print.blocks)),
      name,
      stamp,
      waits,
    ]);
  }
}

const IMPORTS_SENT = 1000;

/** Adds imports to the history, under numbers from `id` on. */
async function insertImports(connection: MysqlConnection, id: number, imports: readonly PastImport[]): Promise<void> {
  for (let from = 0; from < imports.length; from += IMPORTS_SENT) {
    const rows = imports
      .slice(from, from + IMPORTS_SENT)
      .map(({ startedAt, zone, files, lines, loads, ignored, skipped, rejected, already, newRows }, at) => [
        ...[id + from + at, startedAt, zone, files, lines, loads, ignored, skipped, rejected, already, newRows],
      ]);
    const places = rows.map((row) => `(${row.map(() => '?').join(', ')})`);
    await connection.run(`INSERT INTO modtally_imports VALUES ${places.join(', ')}`, rows.flat());
  }
}

async function readRevision(connection: MysqlConnection): Promise<number> {
  const [row] = await connection.query('SELECT COALESCE(MAX(id), 0) FROM modtally_imports');
  return Number(row?.[0] ?? 0);
}
