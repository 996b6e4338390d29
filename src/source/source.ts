import type { LineFormat } from '../core/line-outcome.ts';

/** Something that lines come from: a file, standard input, a day of a gen_1 database. */
export interface LineSource {
  /** For messages. */
  readonly name: string;
  readonly format: LineFormat;
  /** @throws AppError INPUT where it cannot be opened */
  open(): Promise<OpenSource>;
  /**
   * Removes what was read, unless it has changed since `open`; true where it is gone.
   * @throws AppError OUTPUT
   */
  remove(): Promise<boolean>;
}

/** A source that is being read. Whoever opened it closes it. */
export interface OpenSource {
  /**
   * Tells this very state of the source from all others, so that what was read once need not be read again to
   * know it: device, inode, size and times of a file. Null where there is no such thing.
   */
  readonly stamp: string | null;
  /** Whether text behind the last newline is a whole line; false where somebody may be writing it just now. */
  readonly isFinal: boolean;
  /** When it was last written, seconds since 1970 UTC; null where unknown. */
  readonly writtenAt: number | null;
  /** What `chunks` will count up to in `onRead`, in bytes; null where unknown. */
  readonly rawBytes: number | null;
  /** The content as a file that several readers can read at once; null where there is none, or it is compressed. */
  readonly plain: PlainFile | null;
  /**
   * The content, decompressed, in order.
   * @param onRead called with the number of bytes taken from the disk or the network
   * @param from where to begin, in bytes; beyond 0 only where the content is `plain`
   * @throws AppError INPUT
   */
  chunks(onRead: (rawBytes: number) => void, from?: number): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** An open file, as it was when it was opened: what is appended later is none of it. */
export interface PlainFile {
  /** Its descriptor, which is good until the source is closed. */
  readonly fd: number;
  readonly bytes: number;
}
