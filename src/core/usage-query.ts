/** A question about usage, in no database's language. */

/**
 * What rows can be grouped by. `day` is a day number, `week` that of the week's Monday, `month` a text `YYYY-MM`, all
 * in the zone of the import.
 */
export type Dimension = 'user' | 'module' | 'path' | 'syshost' | 'group' | 'day' | 'week' | 'month';

/**
 * What can be asked of a group of rows: the number of distinct users; sums of loads, of direct loads, of loads as
 * a dependency, of loads inside jobs; the first and last load (seconds since 1970 UTC); the clusters and the
 * modules (sorted by code point); the number of distinct days with loads.
 */
export type Measure =
  | 'users'
  | 'loads'
  | 'direct'
  | 'dependency'
  | 'jobs'
  | 'first'
  | 'last'
  | 'syshosts'
  | 'modules'
  | 'days';

/** What can be filtered by its name. */
export type NameKind = 'users' | 'modules' | 'paths' | 'syshosts';

/**
 * Which rows count. Lists hold LIKE patterns (see like-pattern.ts), any of which will do; a list that is missing
 * or empty lets everything through. Of a tally, its first load decides whether it lies in the time range.
 */
export interface UsageFilter {
  readonly users?: readonly string[];
  readonly modules?: readonly string[];
  readonly paths?: readonly string[];
  readonly syshosts?: readonly string[];
  /** Names as they are, letter by letter; where there are patterns as well, both have to let a name through. */
  readonly exact?: { readonly [kind in NameKind]?: readonly string[] };
  /** Seconds since 1970 UTC, inclusive. */
  readonly start?: number;
  /** Seconds since 1970 UTC, exclusive. */
  readonly end?: number;
  /** The days that rows are counted on, as day numbers: from the first until the second, which is exclusive. */
  readonly days?: readonly [from: number, until: number];
}

export interface UsageQuery<D extends Dimension = Dimension, M extends Measure = Measure> {
  readonly by: readonly D[];
  readonly measures: readonly M[];
  readonly filter: UsageFilter;
}

/** What the dimensions and measures of a group are. */
export interface UsageFields {
  readonly user: string;
  readonly module: string;
  readonly path: string;
  readonly syshost: string;
  /** Null where the log did not say. */
  readonly group: string | null;
  readonly day: number;
  readonly week: number;
  readonly month: string;
  readonly users: number;
  readonly loads: number;
  readonly direct: number;
  readonly dependency: number;
  readonly jobs: number;
  readonly first: number;
  readonly last: number;
  readonly syshosts: readonly string[];
  readonly modules: readonly string[];
  readonly days: number;
}

/** A group of an answer: the dimensions and measures that were asked for. */
export type UsageRow<D extends Dimension = Dimension, M extends Measure = Measure> = Pick<UsageFields, D | M>;
