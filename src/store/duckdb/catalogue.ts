import type { DuckDBConnection } from '@duckdb/node-api';
import { type CatalogueSnapshot, type ClusterCatalogue, catalogueOf, withSnapshot } from '../../core/catalogue.ts';
import { cataloguesOf } from '../catalogue-rows.ts';
import { readRows } from './read-rows.ts';
import { inTransaction } from './transaction.ts';

/** The catalogue's tables in the attached database. Days are day numbers. */
export const catalogueTables: readonly string[] = [
  'CREATE TABLE store.catalogue_snapshots (syshost VARCHAR NOT NULL, day INTEGER NOT NULL)',
  `CREATE TABLE store.catalogue_stays (
     syshost VARCHAR NOT NULL, path VARCHAR NOT NULL, module VARCHAR NOT NULL, is_default BOOLEAN, is_hidden BOOLEAN,
     kind VARCHAR NOT NULL, first_day INTEGER NOT NULL, last_day INTEGER NOT NULL)`,
];

/** The catalogues of an attached store. */
export async function readCatalogues(connection: DuckDBConnection): Promise<ClusterCatalogue[]> {
  const snapshots = await readRows(connection, 'SELECT syshost, day FROM store.catalogue_snapshots ORDER BY day');
  const stays = await readRows(
    connection,
    'SELECT syshost, path, module, is_default, is_hidden, kind, first_day, last_day FROM store.catalogue_stays',
  );
  return cataloguesOf(snapshots, stays);
}

/** Puts a snapshot into the attached store, in one transaction; false where it was in already. */
export async function addSnapshot(connection: DuckDBConnection, snapshot: CatalogueSnapshot): Promise<boolean> {
  const { syshost } = snapshot;
  const before = catalogueOf(await readCatalogues(connection), syshost);
  const after = withSnapshot(before, snapshot);
  if (after === before) return false;
  await inTransaction(connection, async () => {
    for (const table of ['catalogue_snapshots', 'catalogue_stays']) {
      await connection.run(`DELETE FROM store.${table} WHERE syshost = $syshost`, { syshost });
    }
    await writeCatalogue(connection, after);
  });
  return true;
}

async function writeCatalogue(connection: DuckDBConnection, { syshost, days, stays }: ClusterCatalogue): Promise<void> {
  const snapshots = await connection.createAppender('catalogue_snapshots', 'main', 'store');
  for (const day of days) {
    snapshots.appendVarchar(syshost);
    snapshots.appendInteger(day);
    snapshots.endRow();
  }
  snapshots.closeSync();
  const appender = await connection.createAppender('catalogue_stays', 'main', 'store');
  const appendFlag = (flag: boolean | null): void => {
    if (flag === null) appender.appendNull();
    else appender.appendBoolean(flag);
  };
  for (const { path, module, isDefault, isHidden, kind, firstDay, lastDay } of stays) {
    for (const text of [syshost, path, module]) appender.appendVarchar(text);
    appendFlag(isDefault);
    appendFlag(isHidden);
    appender.appendVarchar(kind);
    appender.appendInteger(firstDay);
    appender.appendInteger(lastDay);
    appender.endRow();
  }
  appender.closeSync();
}
