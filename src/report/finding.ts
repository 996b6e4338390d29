/** What a check of the store's soundness has found. */
export interface Finding {
  readonly check: string;
  /** `look`: something is wrong, or may be; `lacks`: the log does not tell it; `good`: as it should be. */
  readonly verdict: 'look' | 'lacks' | 'good';
  /** The cluster that it is about; null where it is about all. */
  readonly syshost: string | null;
  readonly finding: string;
  /** What to do about it; empty where nothing is to be done. */
  readonly advice: string;
}

/** A finding that all is as it should be. */
export function good(check: string, finding: string): Finding {
  return { check, verdict: 'good', syshost: null, finding, advice: '' };
}
