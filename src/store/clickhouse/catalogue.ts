import { type CatalogueSnapshot, type ClusterCatalogue, catalogueOf, withSnapshot } from '../../core/catalogue.ts';
import { cataloguesOf } from '../catalogue-rows.ts';
import type { ClickhouseConnection, Settings } from './clickhouse-connection.ts';
import { RowBinary } from './row-binary.ts';
import { isUpToDate, readSettings, tablesOf } from './schema.ts';
import type { StoreState } from './store-state.ts';

/** The catalogues of a state: each is a batch of its own. */
export async function readCatalogues(connection: ClickhouseConnection, state: StoreState): Promise<ClusterCatalogue[]> {
  return readBatches(connection, Object.values(state.catalogues));
}

/** A cluster's catalogue with a snapshot more; null where it was in already. */
export async function addToCatalogue(
  connection: ClickhouseConnection,
  state: StoreState,
  snapshot: CatalogueSnapshot,
): Promise<ClusterCatalogue | null> {
  const { syshost } = snapshot;
  const batch = state.catalogues[syshost];
  const before = catalogueOf(await readBatches(connection, batch === undefined ? [] : [batch]), syshost);
  const after = withSnapshot(before, snapshot);
  return after === before ? null : after;
}

async function readBatches(connection: ClickhouseConnection, batches: readonly number[]): Promise<ClusterCatalogue[]> {
  if (batches.length === 0) return [];
  const { snapshots, stays } = tablesOf(connection);
  const where = `WHERE batch IN (${batches.join(', ')}) AND ${isUpToDate(connection)}`;
  const settings = readSettings(connection);
  // An insert that was repeated may be there twice.
  return cataloguesOf(
    await connection.query(`SELECT DISTINCT syshost, day FROM ${snapshots} ${where} ORDER BY day`, settings),
    await connection.query(
      `SELECT DISTINCT syshost, path, module, is_default, is_hidden, kind, first_day, last_day FROM ${stays} ${where}`,
      settings,
    ),
  );
}

/** Writes a catalogue as a batch. */
export async function writeCatalogue(
  connection: ClickhouseConnection,
  { syshost, days, stays }: ClusterCatalogue,
  batch: number,
  settings: Settings,
): Promise<void> {
  const tables = tablesOf(connection);
  const dayRows = new RowBinary();
  for (const day of days) dayRows.uint32(batch).text(syshost).int32(day);
  await connection.insert(tables.snapshots, dayRows.take(), settings);
  if (stays.length === 0) return;
  const flag = (value: boolean | null): number | null => (value === null ? null : Number(value));
  const rows = new RowBinary();
  for (const { path, module, isDefault, isHidden, kind, firstDay, lastDay } of stays) {
    rows.uint32(batch).text(syshost).text(path).text(module);
    rows.nullableUint8(flag(isDefault)).nullableUint8(flag(isHidden)).text(kind).int32(firstDay).int32(lastDay);
  }
  await connection.insert(tables.stays, rows.take(), settings);
}
