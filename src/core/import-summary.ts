/** An account of an import in which every line has its place: lines = loads + ignored + skipped + rejected. */
export interface ImportSummary {
  /** Sources that were read to their end. */
  readonly files: number;
  /** Bytes of new content, decompressed. */
  readonly bytes: number;
  /** New lines. */
  readonly lines: number;
  readonly loads: number;
  readonly ignored: number;
  readonly skipped: Readonly<Record<string, number>>;
  readonly rejected: Readonly<Record<string, number>>;
  /** Lines that were imported before. */
  readonly already: number;
  /** Rows that the store did not have before. */
  readonly newRows: number;
  /** Values that had to be cut to fit the store's columns. */
  readonly cut: number;
  /** Sources whose last line is not complete yet; it is left for the next time. */
  readonly waiting: readonly string[];
  /** Sources of which nothing was stored, and why. */
  readonly failures: readonly { readonly name: string; readonly message: string; readonly hint: string }[];
}
