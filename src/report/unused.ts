import { dayToIso } from '../core/calendar-day.ts';
import { type ClusterCatalogue, type InstalledSince, marksOf, modulesOn } from '../core/catalogue.ts';
import { compareText } from '../core/compare-text.ts';
import { compileNameFilter } from '../core/name-filter.ts';
import type { Cell, ResultTable } from '../core/result-table.ts';
import type { UsageFilter } from '../core/usage-query.ts';
import type { Store } from '../store/store.ts';
import { lastDayColumn, moduleColumn, pathColumn, syshostColumn } from './columns.ts';
import { firstRows } from './first-rows.ts';
import type { Report, ReportRequest } from './report.ts';

/** What is installed and was not loaded: by cluster; never loaded ones first, then those that rest longest; by path. */
export const unused: Report = {
  name: 'unused',
  summary: 'which installed modules nobody has loaded',
  reading:
    "A row for each modulefile of a cluster's latest catalogue that was not loaded there in the time asked for. Since is the day of the first snapshot that has it, Last its last load ever, of the users asked for: a module without one, and there for long, is the first that can go.",
  example: 'modtally report unused --syshost ls6 --start 2024-07-01',
  run: listUnused,
};

interface Row {
  readonly syshost: string;
  readonly module: InstalledSince;
  readonly last: number | null;
}

async function listUnused(store: Store, { filter, limit }: ReportRequest): Promise<ResultTable> {
  const isCluster = compileNameFilter(filter, 'syshosts') ?? everyName;
  const isPath = compileNameFilter(filter, 'paths') ?? everyName;
  const isModule = compileNameFilter(filter, 'modules') ?? everyName;
  const catalogues = (await store.readCatalogues()).filter(({ syshost }) => isCluster(syshost));
  const { start: _, end: __, ...always } = filter;
  const loaded = await lastLoads(store, filter);
  const ever = await lastLoads(store, always);
  const rows: Row[] = [];
  for (const catalogue of catalogues) {
    const { syshost, days } = catalogue;
    for (const module of modulesOn(catalogue, days.at(-1) ?? 0)) {
      if (!isPath(module.path) || !isModule(module.module) || loaded.get(syshost)?.has(module.path)) continue;
      rows.push({ syshost, module, last: ever.get(syshost)?.get(module.path) ?? null });
    }
  }
  rows.sort(
    (one, other) =>
      compareText(one.syshost, other.syshost) ||
      (one.last ?? 0) - (other.last ?? 0) ||
      compareText(one.module.path, other.module.path),
  );
  return {
    columns: [
      syshostColumn,
      pathColumn,
      moduleColumn,
      { key: 'marks', title: 'Marks', kind: 'list' },
      { key: 'since', title: 'Since', kind: 'text' },
      lastDayColumn,
    ],
    rows: firstRows(rows, limit).map(({ syshost, module, last }): Cell[] => [
      syshost,
      module.path,
      module.module,
      marksOf(module),
      dayToIso(module.since),
      last,
    ]),
    notes: notesOn(catalogues, ever),
  };
}

function everyName(): boolean {
  return true;
}

/** The last load of each path, by cluster. */
async function lastLoads(store: Store, filter: UsageFilter): Promise<Map<string, Map<string, number>>> {
  const loads = new Map<string, Map<string, number>>();
  for (const { syshost, path, last } of await store.select({ by: ['syshost', 'path'], measures: ['last'], filter })) {
    const ofCluster = loads.get(syshost) ?? new Map<string, number>();
    loads.set(syshost, ofCluster.set(path, last));
  }
  return loads;
}

function notesOn(
  catalogues: readonly ClusterCatalogue[],
  ever: ReadonlyMap<string, ReadonlyMap<string, number>>,
): string[] {
  const how = '"modtally catalogue add --syshost NAME SOURCE" adds one, see "modtally catalogue --help".';
  if (catalogues.length === 0) return [`There is no catalogue of what is installed. ${how}`];
  const told = new Map(catalogues.map(({ syshost, stays }) => [syshost, new Set(stays.map(({ path }) => path))]));
  const clusters = [...ever.keys()].sort(compareText);
  const without = clusters.filter((syshost) => !told.has(syshost));
  const strange = clusters.filter((syshost) => {
    const paths = told.get(syshost);
    return paths !== undefined && ![...(ever.get(syshost)?.keys() ?? [])].some((path) => paths.has(path));
  });
  return [
    ...(without.length > 0 ? [`There is no catalogue of ${without.join(', ')}. ${how}`] : []),
    ...(strange.length > 0
      ? [
          `On ${strange.join(', ')}, no path that was loaded is in the catalogue: do both name modulefiles the same way?`,
        ]
      : []),
  ];
}
