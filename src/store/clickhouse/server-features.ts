/** What a server can do, where versions differ. */
export interface ServerFeatures {
  readonly version: string;
  /** Values may travel beside a statement, for its `{name:Type}` placeholders (since 19.14). */
  readonly hasQueryParameters: boolean;
  /**
   * Inserts that wait for a quorum may be made side by side, which reads that are to see all of them exclude: it has
   * to be switched off (since 20.10).
   */
  readonly hasParallelQuorum: boolean;
  /** An insert that touches more than a hundred partitions is refused unless that is allowed (since 19.8). */
  readonly limitsPartitionsOfInsert: boolean;
  /** What is dropped lingers for minutes unless SYNC is said (since 20.10). */
  readonly dropsLater: boolean;
}

/** The features of a server by the version that it tells, such as `18.16.1`. */
export function featuresOf(version: string): ServerFeatures {
  const [year = 0, release = 0] = version.split('.').map(Number);
  const isSince = (sinceYear: number, sinceRelease: number): boolean =>
    year > sinceYear || (year === sinceYear && release >= sinceRelease);
  return {
    version,
    hasQueryParameters: isSince(19, 14),
    hasParallelQuorum: isSince(20, 10),
    limitsPartitionsOfInsert: isSince(19, 8),
    dropsLater: isSince(20, 10),
  };
}
