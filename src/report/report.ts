import type { PackageRule } from '../core/module-name.ts';
import type { PeopleDirectory } from '../core/people.ts';
import type { ResultTable } from '../core/result-table.ts';
import type { SiteZone } from '../core/site-zone.ts';
import type { UsageFilter } from '../core/usage-query.ts';
import type { Store } from '../store/store.ts';
import type { OptionTexts, ReportOption } from './report-option.ts';

/** What a report is asked. */
export interface ReportRequest {
  readonly filter: UsageFilter;
  /** Rows at the most; null for all, or for as many as the report thinks fit. */
  readonly limit: number | null;
  /** Modulefile paths that `counts` shows even where nobody has loaded them. */
  readonly allPaths: readonly string[];
  /** The report's own options, as far as they were given. */
  readonly options: OptionTexts;
  readonly zone: SiteZone;
  /** Seconds since 1970 UTC. */
  readonly now: number;
  /** Tells package and version from a module's name. */
  readonly packageOf: PackageRule;
  /** Who the users are; null where nothing tells. */
  readonly directory: PeopleDirectory | null;
  /** The site's own rules for `toolchainOf`; read when they are asked for. */
  toolchainRules(): Promise<readonly RegExp[]>;
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
  /** What `--pattern` applies to, where that is not the path. */
  readonly patternOn?: 'user';
  /** Without `--start`, it looks at as many months up to the end, see span.ts; where this is missing, at all there is. */
  readonly months?: number;
  /** Options that it has beside those of all reports. */
  readonly options?: readonly ReportOption[];
  /** @throws AppError USAGE where an option has a value that is none; STORE_ codes */
  run(store: Store, request: ReportRequest): Promise<ResultTable>;
}
