import { type CatalogueStay, type ClusterCatalogue, catalogueKinds } from '../core/catalogue.ts';
import { groupBy } from '../core/group-by.ts';

/**
 * The catalogues in the rows of a database's tables.
 * @param snapshots cluster and day, by day
 * @param stays cluster, path, module, default, hidden, kind, first and last day
 */
export function cataloguesOf(
  snapshots: readonly (readonly unknown[])[],
  stays: readonly (readonly unknown[])[],
): ClusterCatalogue[] {
  const staysOf = groupBy(stays, ([syshost]) => String(syshost));
  return [...groupBy(snapshots, ([syshost]) => String(syshost))].map(([syshost, rows]) => ({
    syshost,
    days: rows.map(([, day]) => Number(day)),
    stays: (staysOf.get(syshost) ?? []).map(readStay),
  }));
}

function readStay([, path, module, isDefault, isHidden, kind, firstDay, lastDay]: readonly unknown[]): CatalogueStay {
  const known = catalogueKinds.find((each) => each === kind);
  if (known === undefined) throw new TypeError(`a catalogue holds a module of the kind ${String(kind)}`);
  return {
    path: String(path),
    module: String(module),
    isDefault: readFlag(isDefault),
    isHidden: readFlag(isHidden),
    kind: known,
    firstDay: Number(firstDay),
    lastDay: Number(lastDay),
  };
}

function readFlag(value: unknown): boolean | null {
  return value === null ? null : Number(value) !== 0;
}
