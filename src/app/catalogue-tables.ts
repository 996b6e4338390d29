import { dayToIso } from '../core/calendar-day.ts';
import { type ClusterCatalogue, marksOf, modulesOn, presencesOf } from '../core/catalogue.ts';
import { compareText } from '../core/compare-text.ts';
import type { Cell, ResultTable } from '../core/result-table.ts';

/** A snapshot in figures, beside the one before it. */
export interface SnapshotFigures {
  readonly day: number;
  readonly modules: number;
  /** Paths that the snapshot before has not, and such as only that has; null where there is none before. */
  readonly added: number | null;
  readonly gone: number | null;
  /** Day of the snapshot before. */
  readonly before: number | null;
}

/** Every snapshot of a cluster in figures, by day. */
export function figuresOf(catalogue: ClusterCatalogue): SnapshotFigures[] {
  const begun = new Map<number, number>();
  const ended = new Map<number, number>();
  for (const { firstDay, lastDay } of presencesOf(catalogue)) {
    begun.set(firstDay, (begun.get(firstDay) ?? 0) + 1);
    ended.set(lastDay, (ended.get(lastDay) ?? 0) + 1);
  }
  let modules = 0;
  return catalogue.days.map((day, place) => {
    const before = catalogue.days[place - 1] ?? null;
    const added = begun.get(day) ?? 0;
    const gone = before === null ? 0 : (ended.get(before) ?? 0);
    modules += added - gone;
    return { day, modules, added: before === null ? null : added, gone: before === null ? null : gone, before };
  });
}

/** A row a snapshot, by cluster and day. */
export function listSnapshots(catalogues: readonly ClusterCatalogue[]): ResultTable {
  return {
    columns: [
      { key: 'syshost', title: 'Syshost', kind: 'text' },
      { key: 'date', title: 'Date', kind: 'text' },
      { key: 'modules', title: 'Modules', kind: 'number' },
      { key: 'new', title: 'New', kind: 'number' },
      { key: 'gone', title: 'Gone', kind: 'number' },
    ],
    rows: catalogues
      .toSorted(byCluster)
      .flatMap((catalogue) =>
        figuresOf(catalogue).map(({ day, modules, added, gone }) => [
          catalogue.syshost,
          dayToIso(day),
          modules,
          added,
          gone,
        ]),
      ),
  };
}

/**
 * A row a module, by cluster and path: what each cluster has in its latest snapshot.
 * @param day the latest that is not after this day; null for the latest of all
 */
export function listModules(catalogues: readonly ClusterCatalogue[], day: number | null): ResultTable {
  const rows: Cell[][] = [];
  for (const catalogue of catalogues.toSorted(byCluster)) {
    const shown = catalogue.days.findLast((each) => day === null || each <= day);
    if (shown === undefined) continue;
    for (const module of modulesOn(catalogue, shown).sort((one, other) => compareText(one.path, other.path))) {
      const { path, kind, since } = module;
      rows.push([catalogue.syshost, dayToIso(shown), path, module.module, marksOf(module), dayToIso(since), kind]);
    }
  }
  return {
    columns: [
      { key: 'syshost', title: 'Syshost', kind: 'text' },
      { key: 'date', title: 'Date', kind: 'text' },
      { key: 'path', title: 'Module path', kind: 'text' },
      { key: 'module', title: 'Module', kind: 'text' },
      { key: 'marks', title: 'Marks', kind: 'list' },
      { key: 'since', title: 'Since', kind: 'text' },
      { key: 'kind', title: 'Told by', kind: 'text' },
    ],
    rows,
  };
}

function byCluster(one: ClusterCatalogue, other: ClusterCatalogue): number {
  return compareText(one.syshost, other.syshost);
}
