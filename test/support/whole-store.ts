import { isMark } from '../../src/copy/copy-marks.ts';
import { compareText } from '../../src/core/compare-text.ts';
import { namedRows } from '../../src/core/named-row.ts';
import type { Store } from '../../src/store/store.ts';
import { sorted } from './naive-usage.ts';

/** Everything that a store holds but for what copies leave there of their own, in an order of its own. */
export async function wholeOf(store: Store): Promise<object> {
  const rows = await store.readRows({}, async (batches) => {
    const found: object[] = [];
    for await (const batch of batches) {
      for (const row of namedRows(batch)) found.push({ kind: batch.detail === null ? 'tally' : 'load', ...row });
    }
    return sorted(found);
  });
  const entries = (await store.readLedger()).entries.filter((entry) => !isMark(entry));
  const prints = entries.length === 0 ? new Map() : await store.readPrints(entries.map(({ id }) => id));
  const contents = entries.map(({ id, ...entry }) => ({ ...entry, print: prints.get(id) }));
  const history = (await store.readHistory()).filter(({ files }) => files > 0);
  const catalogues = (await store.readCatalogues()).map(({ stays, ...catalogue }) => ({
    ...catalogue,
    stays: sorted(stays),
  }));
  return {
    rows,
    contents: sorted(contents),
    history,
    catalogues: catalogues.sort((one, other) => compareText(one.syshost, other.syshost)),
  };
}
