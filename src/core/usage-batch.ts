/** How ingest hands usage to a store: columns of numbers, names by their place in a vocabulary. */

/** A module as one cluster has it. */
export interface Modulefile {
  readonly syshost: string;
  readonly module: string;
  readonly path: string;
}

/** The names of one import, in the order they were met; it only ever grows. */
export interface Vocabulary {
  readonly users: readonly string[];
  readonly modulefiles: readonly Modulefile[];
  readonly groups: readonly string[];
}

/**
 * Rows of usage, either tallies or loads of their own. A tally is one (day, user, modulefile), though several batches
 * may hold rows of the same key, which add up; a load of its own is a row whatever else there is.
 */
export interface UsageBatch {
  readonly vocabulary: Vocabulary;
  /** Number of rows; the columns may be longer. */
  readonly length: number;
  /** Day number in the site's zone. */
  readonly day: Int32Array;
  /** Places in the vocabulary. */
  readonly user: Int32Array;
  readonly modulefile: Int32Array;
  /** Whole seconds since 1970 UTC. */
  readonly first: Float64Array;
  readonly last: Float64Array;
  readonly loads: Float64Array;
  readonly direct: Float64Array;
  readonly dependency: Float64Array;
  readonly jobs: Float64Array;
  /** Place in the vocabulary, -1 where unknown. */
  readonly group: Int32Array;
  /** What only loads of their own have; null where the rows are tallies. */
  readonly detail: { readonly host: readonly (string | null)[]; readonly jobid: readonly (string | null)[] } | null;
}

/** Who has loaded what on which day, as columns of a usage batch. The same may come more than once. */
export type UserDayBatch = Pick<UsageBatch, 'vocabulary' | 'length' | 'day' | 'user' | 'modulefile'>;
