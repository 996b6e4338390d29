/** The catalogue: what was installed on a cluster, told by snapshots, and what follows from several of them. */

/**
 * What told of a module: Lmod's spider or its software page, a module tree on disk, a list of paths, or
 * Environment Modules' `module avail`.
 */
export const catalogueKinds = ['spider', 'page', 'tree', 'list', 'modules'] as const;

export type CatalogueKind = (typeof catalogueKinds)[number];

/** A module that is there to be loaded. */
export interface InstalledModule {
  /** The modulefile, as a log of loads names it. */
  readonly path: string;
  /** As users ask for it, `name/version` as a rule. */
  readonly module: string;
  /** Whether it is marked as the default of its name; null where nothing tells. */
  readonly isDefault: boolean | null;
  /** Whether `module avail` passes it over; null where nothing tells. */
  readonly isHidden: boolean | null;
  readonly kind: CatalogueKind;
}

/** What is to be known of a module beside its name: `default`, `hidden`. */
export function marksOf({ isDefault, isHidden }: InstalledModule): string[] {
  return [...(isDefault === true ? ['default'] : []), ...(isHidden === true ? ['hidden'] : [])];
}

/** All that is installed on a cluster on a day; no path twice. */
export interface CatalogueSnapshot {
  readonly syshost: string;
  /** Day number in the site's zone. */
  readonly day: number;
  readonly modules: readonly InstalledModule[];
}

/** A module that some snapshots running have, as it is: the days of the first and of the last of them. */
export interface CatalogueStay extends InstalledModule {
  readonly firstDay: number;
  readonly lastDay: number;
}

/** The snapshots of a cluster, folded: a module that does not change is there once, however many have it. */
export interface ClusterCatalogue {
  readonly syshost: string;
  /** The days that have a snapshot, ascending. */
  readonly days: readonly number[];
  /** In no particular order. Those of one path do not overlap. */
  readonly stays: readonly CatalogueStay[];
}

/** The catalogue of a cluster among others; one without a snapshot where there is none. */
export function catalogueOf(catalogues: readonly ClusterCatalogue[], syshost: string): ClusterCatalogue {
  return catalogues.find((catalogue) => catalogue.syshost === syshost) ?? { syshost, days: [], stays: [] };
}

/** An installed module, and the day of the first snapshot since which it has been there without a break. */
export type InstalledSince = InstalledModule & { readonly since: number };

/** What a cluster has on a day that has a snapshot. */
export function modulesOn(catalogue: ClusterCatalogue, day: number): InstalledSince[] {
  const begins = new Map(
    presencesOf(catalogue).flatMap(({ path, firstDay, lastDay }) =>
      firstDay <= day && day <= lastDay ? [[path, firstDay]] : [],
    ),
  );
  return catalogue.stays
    .filter((stay) => isCovering(stay, day))
    .map(({ firstDay, lastDay: _, ...module }) => ({ ...module, since: begins.get(module.path) ?? firstDay }));
}

/** Each run of snapshots that have a path, whatever else has changed of it. */
export function presencesOf({ days, stays }: ClusterCatalogue): { path: string; firstDay: number; lastDay: number }[] {
  const placeOfDay = new Map(days.map((day, place) => [day, place]));
  const place = (day: number): number => placeOfDay.get(day) ?? Number.NaN;
  const presences = new Map<string, { path: string; firstDay: number; lastDay: number }[]>();
  for (const { path, firstDay, lastDay } of stays.toSorted((one, other) => one.firstDay - other.firstDay)) {
    const ofPath = presences.get(path) ?? [];
    const last = ofPath.at(-1);
    if (last !== undefined && place(last.lastDay) + 1 === place(firstDay)) last.lastDay = lastDay;
    else presences.set(path, [...ofPath, { path, firstDay, lastDay }]);
  }
  return [...presences.values()].flat();
}

/**
 * The catalogue with a snapshot more, which takes the place of one of the same day.
 * @returns the very same catalogue where it says nothing new
 */
export function withSnapshot(catalogue: ClusterCatalogue, { day, modules }: CatalogueSnapshot): ClusterCatalogue {
  const days = [...new Set([...catalogue.days, day])].sort((one, other) => one - other);
  const place = days.indexOf(day);
  const [before, after] = [days[place - 1] ?? null, days[place + 1] ?? null];
  const isTold = new Set(catalogue.stays.filter((stay) => isCovering(stay, day)).map(keyOf));
  const isSame = modules.length === isTold.size && modules.every((module) => isTold.has(keyOf(module)));
  if (isSame && catalogue.days.includes(day)) return catalogue;

  const stays = new Map<string, CatalogueStay[]>();
  for (const stay of catalogue.stays) {
    const key = keyOf(stay);
    stays.set(key, [...(stays.get(key) ?? []), ...withoutDay(stay, day, before, after)]);
  }
  for (const module of modules) {
    const key = keyOf(module);
    const known = stays.get(key) ?? [];
    const left = known.find(({ lastDay }) => lastDay === before);
    const right = known.find(({ firstDay }) => firstDay === after);
    const joined = { ...module, firstDay: left?.firstDay ?? day, lastDay: right?.lastDay ?? day };
    stays.set(key, [...known.filter((stay) => stay !== left && stay !== right), joined]);
  }
  return { syshost: catalogue.syshost, days, stays: [...stays.values()].flat() };
}

function isCovering({ firstDay, lastDay }: CatalogueStay, day: number): boolean {
  return firstDay <= day && day <= lastDay;
}

/** What is left of a stay where the snapshot of a day is taken out; the neighbours are days of snapshots, or null. */
function withoutDay(stay: CatalogueStay, day: number, before: number | null, after: number | null): CatalogueStay[] {
  if (!isCovering(stay, day)) return [stay];
  const parts: CatalogueStay[] = [];
  if (stay.firstDay < day && before !== null) parts.push({ ...stay, lastDay: before });
  if (stay.lastDay > day && after !== null) parts.push({ ...stay, firstDay: after });
  return parts;
}

function keyOf({ path, module, isDefault, isHidden, kind }: InstalledModule): string {
  return JSON.stringify([path, module, isDefault, isHidden, kind]);
}
