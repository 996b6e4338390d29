/** The ledger's words: what is remembered of every content that was imported, so that it is imported once. */

/**
 * The print of some content: enough to know that content again, whole or as the beginning of something
 * longer, without keeping it. The first 64 KiB are known line by line, the rest by blocks of 16 KiB, and
 * the whole by its length and digest.
 */
export interface ContentPrint {
  /** Bytes of content, all of them imported. */
  readonly length: number;
  /** Newlines in it, one more where the last line has none. */
  readonly lines: number;
  /** Digest of all of it, 16 hexadecimal digits. */
  readonly digest: string;
  /** Hash of each line (without its newline) that ends within the first 64 KiB. */
  readonly headLines: Uint32Array;
  /** Digest (its low 32 bits) of all content up to the end of each full block of 16 KiB. */
  readonly blocks: Uint32Array;
}

/** One content in the ledger, without its print. */
export interface LedgerEntry {
  readonly id: number;
  /** Hash of the first line: contents that begin alike share it. */
  readonly firstLine: number;
  /** Bytes and lines that were imported. */
  readonly length: number;
  readonly lines: number;
  /** Where the content was last seen. */
  readonly name: string;
  /** The state of the file in which it was last seen (see OpenSource.stamp), null where it is no file. */
  readonly stamp: string | null;
  /** Whether the file ended in a line that was not complete and so is not imported. */
  readonly tailWaits: boolean;
}

/** What an import adds to the ledger, in the same transaction as its rows. */
export interface LedgerChange {
  /** The entry that the content has grown from or was met again as; null for a new content. */
  readonly id: number | null;
  readonly firstLine: number;
  readonly name: string;
  readonly stamp: string | null;
  readonly tailWaits: boolean;
  /** Null where the content is as it was, and only its whereabouts are new. */
  readonly print: ContentPrint | null;
}

/** What one import was, for the store's history. */
export interface ImportRecord {
  /** Seconds since 1970 UTC. */
  readonly startedAt: number;
  /** IANA name of the zone by which days were counted. */
  readonly zone: string;
  readonly files: number;
  readonly lines: number;
  readonly loads: number;
  readonly ignored: number;
  readonly skipped: number;
  readonly rejected: number;
  readonly already: number;
  /** Imports into another store, which come along with their rows and follow this one in the history. */
  readonly past?: readonly PastImport[];
}

/** An import that was committed. */
export interface PastImport extends Omit<ImportRecord, 'past'> {
  /** Rows that the store did not have before. */
  readonly newRows: number;
}
