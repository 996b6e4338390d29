import type { PeopleDirectory } from '../core/people.ts';
import type { ResultTable } from '../core/result-table.ts';
import type { UsageFilter } from '../core/usage-query.ts';
import type { Store } from '../store/store.ts';

/** What a report is asked. */
export interface ReportRequest {
  readonly filter: UsageFilter;
  /** Rows at the most; null for all. */
  readonly limit: number | null;
  /** Modulefile paths that `counts` shows even where nobody has loaded them. */
  readonly allPaths: readonly string[];
  /** Values of the report's own options, by name, as they were given. */
  readonly options: ReadonlyMap<string, string>;
  /** Who the users are; null where nothing tells. */
  readonly directory: PeopleDirectory | null;
  /** The site's own rules for `toolchainOf`; read when they are asked for. */
  toolchainRules(): Promise<readonly RegExp[]>;
}

/** An option that a report has beside those of all reports. */
export interface ReportOption {
  /** Without the dashes. */
  readonly name: string;
  /** What help calls its value. */
  readonly valueHint: string;
  readonly description: string;
}

/** A question that staff ask of the store, and its answer as a table. */
export interface Report {
  readonly name: string;
  /** What it answers, in one line. */
  readonly summary: string;
  /** How to read it, for its help page. */
  readonly reading: string;
  /** A call that shows it at work. */
  readonly example: string;
  readonly options?: readonly ReportOption[];
  run(store: Store, request: ReportRequest): Promise<ResultTable>;
}
