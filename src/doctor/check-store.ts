import type { Diagnosis } from '../core/diagnosis.ts';
import type { SiteZone } from '../core/site-zone.ts';
import type { Store } from '../store/store.ts';
import { TEST_CLUSTER } from './test-load.ts';

const DAY = 86_400;
/** After so many days without loads, a cluster is silent; an import that is older has missed a night or two. */
const SILENT_DAYS = 7;
const IMPORT_DAYS = 2;
/** So far clocks of nodes may be ahead. */
const SKEW_SECONDS = 300;

/** Whether the store can be read and written, and loads still come into it. */
export async function checkStore(store: Store, zone: SiteZone, now: number): Promise<Diagnosis[]> {
  // To remove takes the same rights and the same lock as to import; what an earlier test load left goes with it.
  await store.remove({ syshosts: [TEST_CLUSTER] });
  const history = await store.readHistory();
  const rows = await store.select({ by: ['syshost'], measures: ['last'], filter: {} });
  const found: Diagnosis[] = [
    { check: 'store', verdict: 'ok', finding: `${store.name} can be read and written`, mend: '' },
    checkImports(history.at(-1)?.startedAt, zone, now),
  ];
  for (const { syshost, last } of rows.sort((one, other) => other.last - one.last)) {
    found.push(checkCluster(syshost, last, zone, now));
  }
  return found;
}

function checkImports(last: number | undefined, zone: SiteZone, now: number): Diagnosis {
  const check = 'imports';
  const mend = 'modtally setup cron --install, or see why its import fails.';
  if (last === undefined) return { check, verdict: 'warning', finding: 'nothing was ever imported', mend };
  const finding = `the last that brought anything new: ${zone.toDateTime(last)}`;
  return now - last > IMPORT_DAYS * DAY
    ? { check, verdict: 'warning', finding, mend }
    : { check, verdict: 'ok', finding, mend: '' };
}

function checkCluster(syshost: string, last: number, zone: SiteZone, now: number): Diagnosis {
  const check = 'loads';
  const finding = `${syshost}: the last load is of ${zone.toDateTime(last)}`;
  if (last > now + SKEW_SECONDS) {
    return {
      check,
      verdict: 'warning',
      finding: `${finding}, which is yet to come`,
      mend: 'Check the clocks of its nodes.',
    };
  }
  if (now - last > SILENT_DAYS * DAY) {
    return {
      check,
      verdict: 'warning',
      finding,
      mend: 'modtally doctor on one of its nodes, or the cluster is no more.',
    };
  }
  return { check, verdict: 'ok', finding, mend: '' };
}
