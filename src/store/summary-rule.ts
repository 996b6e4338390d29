/** When a store that keeps summaries of months beside its usage makes one. */
export interface SummaryRule {
  /** A month is left as it is while no more of its rows than these are missing from its summary. */
  readonly leastRows: number;
  /** For so long a month is left alone after a summary of it has come to nothing, in milliseconds. */
  readonly pauseMs: number;
}

/** Fewer rows than that are counted in less time than it takes to see that a summary has them. */
export const usualSummaries: SummaryRule = { leastRows: 100_000, pauseMs: 3_600_000 };
