import { type CatalogueSnapshot, type ClusterCatalogue, catalogueOf, withSnapshot } from '../../core/catalogue.ts';
import type { MysqlConnection } from '../../mysql/mysql-connection.ts';
import { cataloguesOf } from '../catalogue-rows.ts';
import { exactText } from './compile-query.ts';

/** The catalogue's tables, beside Lmod's. Days are day numbers. */
export const catalogueTables: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS modtally_catalogue_snapshots (
    syshost VARCHAR(255) NOT NULL, day INT NOT NULL, KEY by_syshost (syshost)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`,
  `CREATE TABLE IF NOT EXISTS modtally_catalogue_stays (
    syshost VARCHAR(255) NOT NULL, path VARCHAR(1024) NOT NULL, module VARCHAR(255) NOT NULL, is_default TINYINT NULL,
    is_hidden TINYINT NULL, kind VARCHAR(16) NOT NULL, first_day INT NOT NULL, last_day INT NOT NULL,
    KEY by_syshost (syshost)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`,
];

const ROWS_SENT = 1000;

/** The catalogues of a database that has their tables. */
export async function readCatalogues(connection: MysqlConnection): Promise<ClusterCatalogue[]> {
  const snapshots = await connection.query('SELECT syshost, day FROM modtally_catalogue_snapshots ORDER BY day');
  const stays = await connection.query(
    `SELECT syshost, path, module, is_default, is_hidden, kind, first_day, last_day FROM modtally_catalogue_stays`,
  );
  return cataloguesOf(snapshots, stays);
}

/** Puts a snapshot in, within a transaction; false where it was in already. */
export async function addSnapshot(connection: MysqlConnection, snapshot: CatalogueSnapshot): Promise<boolean> {
  const { syshost } = snapshot;
  const before = catalogueOf(await readCatalogues(connection), syshost);
  const after = withSnapshot(before, snapshot);
  if (after === before) return false;
  for (const table of ['modtally_catalogue_snapshots', 'modtally_catalogue_stays']) {
    // Byte by byte: the collation takes no notice of blanks at the end.
    await connection.run(`DELETE FROM ${table} WHERE syshost = ? AND ${exactText('syshost')} = CAST(? AS BINARY)`, [
      syshost,
      syshost,
    ]);
  }
  await writeCatalogue(connection, after);
  return true;
}

async function writeCatalogue(connection: MysqlConnection, { syshost, days, stays }: ClusterCatalogue): Promise<void> {
  const flag = (value: boolean | null): number | null => (value === null ? null : Number(value));
  await insert(
    connection,
    'modtally_catalogue_snapshots',
    days.map((day) => [syshost, day]),
  );
  await insert(
    connection,
    'modtally_catalogue_stays',
    stays.map(({ path, module, isDefault, isHidden, kind, firstDay, lastDay }) => [
      syshost,
      path,
      module,
      flag(isDefault),
      flag(isHidden),
      kind,
      firstDay,
      lastDay,
    ]),
  );
}

async function insert(
  connection: MysqlConnection,
  table: string,
  rows: readonly (readonly (string | number | null)[])[],
): Promise<void> {
  for (let from = 0; from < rows.length; from += ROWS_SENT) {
    const part = rows.slice(from, from + ROWS_SENT);
    const places = part.map((row) => `(${row.map(() => '?').join(', ')})`);
    await connection.run(`INSERT INTO ${table} VALUES ${places.join(', ')}`, part.flat());
  }
}
