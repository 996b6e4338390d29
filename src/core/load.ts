/** The vocabulary's first word: one user loading one module once. */

/** One load event, as read from a log line, a dump record or a database row. */
export interface Load {
  /** Login name. Personal data. Never empty. */
  readonly user: string;
  /** The module as users ask for it, `name/version` as a rule. Never empty. */
  readonly module: string;
  /** The modulefile's path; where a log does not carry it, the module's name. Never empty. */
  readonly path: string;
  /** The cluster, or null where nothing tells it. */
  readonly syshost: string | null;
  /** Instant of the load in microseconds since 1970-01-01 UTC; a safe integer. */
  readonly timeUs: number;
  /** The node, as the log names it. */
  readonly host: string | null;
  /** True: asked for by the user. False: pulled in as a dependency. Null: the log does not say. */
  readonly direct: boolean | null;
  /** Batch job that did the load; null outside of jobs and where the log does not say. */
  readonly jobid: string | null;
  /** Group, account or project of the user. */
  readonly group: string | null;
  /** Set where one record stands for several loads of a day (a tally that was exported); null for a single load. */
  readonly counts: LoadCounts | null;
}

/** What a record of several loads says beyond its first load. */
export interface LoadCounts {
  /** Instant of the last load, microseconds since 1970 UTC. */
  readonly lastUs: number;
  /** Number of loads, at least 1. */
  readonly loads: number;
  /** How many of them the user asked for. */
  readonly direct: number;
  /** How many were pulled in as a dependency. */
  readonly dependency: number;
  /** How many happened inside batch jobs. */
  readonly jobs: number;
}

/** The cluster's name where nothing in a line tells it. */
export const UNKNOWN_SYSHOST = 'unknown';
