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
  run(store: Store, request: ReportRequest): Promise<ResultTable>;
}
