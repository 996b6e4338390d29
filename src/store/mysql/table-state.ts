import type { MysqlConnection } from '../../mysql/mysql-connection.ts';
import type { SchemaState } from './schema.ts';

/** What Lmod's scripts change in the midst of the table may stay unseen for so long, where the server tells nothing. */
const UNSEEN_MS = 3_600_000;

/**
 * The state of the tables, by what a server tells without counting rows: how far the numbers of rows go, and when it
 * wrote to a table last, where it remembers. Neither is promised to tell all, so that the hour is part of it.
 */
export async function readTableState(
  connection: MysqlConnection,
  { isOurs }: Pick<SchemaState, 'isOurs'>,
): Promise<string> {
  const numbers = await connection.query('SELECT MIN(id), MAX(id) FROM moduleT');
  const imports = isOurs ? await connection.query('SELECT MAX(id) FROM modtally_imports') : [];
  const snapshots = isOurs ? await connection.query('SELECT COUNT(*), MAX(day) FROM modtally_catalogue_snapshots') : [];
  const writes = await connection.query(
    `SELECT table_name, update_time FROM information_schema.tables
     WHERE table_schema = DATABASE() AND (table_name = 'moduleT' OR table_name LIKE 'modtally%') ORDER BY table_name`,
  );
  return JSON.stringify([numbers, imports, snapshots, writes, Math.floor(Date.now() / UNSEEN_MS)]);
}
