import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, ftruncateSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { LogPart } from '../app/run-feed.ts';
import { describeCause } from '../core/app-error.ts';
import { unusableJournal } from './journal-lock.ts';
import { JournalSync } from './journal-sync.ts';
import { findLineEnd, readLastLines } from './line-end.ts';

export interface JournalOptions {
  readonly folder: string;
  limitBytes: number;
  /** The longest time that what is written waits to be forced to the disk; 0: each batch is at once. */
  syncMs: number;
  /** A segment that is larger than this, or was begun so long ago, gets no more messages. */
  readonly segmentBytes?: number;
  readonly segmentMs?: number;
}

/** A file of the journal: a log as any other, whose first line is like no other segment's. */
interface Segment {
  readonly path: string;
  readonly begunAt: number;
  bytes: number;
  /** Messages in it, and those of them that are in the store; of a segment found at the start, none is known to be. */
  messages: number;
  fedMessages: number;
  isClosed: boolean;
}

/** What was in the journal at some moment. */
export interface JournalView {
  readonly parts: readonly LogPart[];
  readonly messages: readonly number[];
  readonly takenAt: number;
}

const BUFFER_BYTES = 1024 * 1024;
const SEGMENT_BYTES = 32 * 1024 * 1024;
const SEGMENT_MS = 24 * 3600 * 1000;
/** How long a full disk is left alone before the next attempt. */
const RETRY_MS = 500;
const NEWLINE = 10;

/**
 * Received messages on their way to the store, a line each. What was appended is written to the file within the same
 * turn of the event loop, and forced to the disk by the clock, or when somebody waits for it. An old segment is never
 * written to again: what a crash has torn off at its end was never acknowledged, and is passed over.
 */
export class Journal {
  readonly options: JournalOptions;
  /** Called when there is room again after `append` has refused a message. */
  onRoom: () => void = () => {};
  readonly sync: JournalSync;
  readonly #segments: Segment[] = [];
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #used = 0;
  #bufferedMessages = 0;
  #isFlushPlanned = false;
  #current: { readonly segment: Segment; readonly fd: number } | null = null;
  #totalBytes = 0;
  #refuses = false;
  #retry: NodeJS.Timeout | null = null;
  #trouble: string | null = null;
  /** When the oldest message that may not be in the store has arrived, in milliseconds since 1970. */
  #waitingSince: number | null = null;
  #lastAppendAt = 0;

  /**
   * Opens the journal in a folder that is locked.
   * @throws AppError JOURNAL
   */
  constructor(options: JournalOptions) {
    this.options = options;
    this.sync = new JournalSync(() => this.options.syncMs);
    try {
      for (const name of readdirSync(options.folder).sort()) this.#adopt(join(options.folder, name));
    } catch (cause) {
      throw unusableJournal(options.folder, cause);
    }
  }

  /** Bytes on the disk. */
  get bytes(): number {
    return this.#totalBytes;
  }

  /** Messages that were appended, of which `sync` knows how many are on the disk. */
  get appended(): number {
    return this.sync.written + this.#bufferedMessages;
  }

  /** Messages that are not known to be in the store. */
  get waiting(): number {
    const sum = this.#segments.reduce((total, { messages, fedMessages }) => total + messages - fedMessages, 0);
    return sum + this.#bufferedMessages;
  }

  /** How old the oldest of them is, in milliseconds. */
  lagMs(now: number): number {
    return this.#waitingSince === null ? 0 : Math.max(0, now - this.#waitingSince);
  }

  /** Why nothing can be written just now; null where it can. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /**
   * Takes a message in, which has no newline in it.
   * @returns false where there is no room, neither on the disk nor in memory: `onRoom` tells when there is
   */
  append(message: Uint8Array): boolean {
    const { length } = message;
    if (this.#used + length + 1 > BUFFER_BYTES) {
      if (this.#trouble === null) this.flush();
      if (this.#used + length + 1 > BUFFER_BYTES) {
        this.#refuses = true;
        return false;
      }
    }
    this.#buffer.set(message, this.#used);
    this.#buffer[this.#used + length] = NEWLINE;
    this.#used += length + 1;
    this.#bufferedMessages++;
    if (!this.#isFlushPlanned && this.#trouble === null) {
      this.#isFlushPlanned = true;
      setImmediate(() => this.flush());
    }
    return true;
  }

  /** Writes what was appended. What cannot be written is kept for the next time. */
  flush(): boolean {
    this.#isFlushPlanned = false;
    if (this.#used === 0) return true;
    const now = Date.now();
    try {
      const { segment, fd } = this.#writable(now);
      if (this.#totalBytes + this.#used > this.options.limitBytes) {
        throw new Error(`it has reached its limit of ${this.options.limitBytes} bytes`);
      }
      writeWhole(fd, this.#buffer.subarray(0, this.#used), segment.bytes);
      segment.bytes += this.#used;
      segment.messages += this.#bufferedMessages;
    } catch (cause) {
      this.#trouble = describeCause(cause);
      this.#retry ??= setTimeout(() => {
        this.#retry = null;
        this.flush();
      }, RETRY_MS);
      return false;
    }
    this.#totalBytes += this.#used;
    this.#waitingSince ??= now;
    this.#lastAppendAt = now;
    this.sync.wrote(this.#bufferedMessages);
    this.#used = 0;
    this.#bufferedMessages = 0;
    this.#trouble = null;
    if (this.#refuses) {
      this.#refuses = false;
      setImmediate(() => this.onRoom());
    }
    return true;
  }

  /** What is there to be fed. */
  view(): JournalView {
    this.flush();
    const current = this.#current?.segment;
    if (current !== undefined && this.#isOld(current, Date.now())) this.closeSegment();
    const filled = this.#segments.filter(({ messages }) => messages > 0);
    return {
      parts: filled.map(({ path, bytes }) => ({ path, upTo: bytes })),
      messages: filled.map(({ messages }) => messages),
      takenAt: Date.now(),
    };
  }

  /** Takes note that all of a view is in the store, and removes the segments that are done with. */
  settle(view: JournalView): void {
    for (const [index, { path }] of view.parts.entries()) {
      const segment = this.#segments.find((one) => one.path === path);
      if (segment !== undefined) segment.fedMessages = view.messages[index] ?? 0;
    }
    this.#waitingSince = this.#lastAppendAt > view.takenAt ? view.takenAt : null;
    this.removeDone();
    if (this.#used > 0) this.flush();
  }

  /** Removes an old segment that is in the store, though nothing new has come. */
  tidy(): void {
    const current = this.#current?.segment;
    if (current === undefined || current.fedMessages < current.messages || !this.#isOld(current, Date.now())) return;
    this.closeSegment();
    this.removeDone();
  }

  /** The last messages that a process which is gone has left. */
  latestLines(): Buffer[] {
    const last = this.#segments.filter(({ messages }) => messages > 0).at(-1);
    return last === undefined ? [] : readLastLines(last.path, last.bytes);
  }

  /** Ends the segment that is being written. */
  closeSegment(): void {
    if (this.#current === null) return;
    const { segment, fd } = this.#current;
    segment.isClosed = true;
    this.#current = null;
    this.sync.retire(fd);
  }

  /** Writes and forces to the disk what there is; false where some of it could not be written. */
  async close(): Promise<boolean> {
    const isWritten = this.flush();
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.closeSegment();
    await this.sync.finish();
    return isWritten;
  }

  /** Removes the segments that have ended and are in the store. */
  removeDone(): void {
    const isDone = ({ isClosed, messages, fedMessages }: Segment): boolean => isClosed && fedMessages >= messages;
    for (const segment of this.#segments.filter(isDone)) {
      rmSync(segment.path, { force: true });
      this.#totalBytes -= segment.bytes;
      this.#segments.splice(this.#segments.indexOf(segment), 1);
    }
  }

  #isOld({ bytes, begunAt }: Segment, now: number): boolean {
    const { segmentBytes = SEGMENT_BYTES, segmentMs = SEGMENT_MS } = this.options;
    return bytes >= segmentBytes || now - begunAt >= segmentMs || now < begunAt;
  }

  #writable(now: number): { readonly segment: Segment; readonly fd: number } {
    if (this.#current !== null && this.#isOld(this.#current.segment, now)) this.closeSegment();
    this.#current ??= this.#begin(now);
    return this.#current;
  }

  #begin(now: number): { readonly segment: Segment; readonly fd: number } {
    const id = randomUUID();
    const path = join(this.options.folder, `${now}-${id}.log`);
    // The first line makes two segments with the very same messages two contents.
    const head = Buffer.from(`modtally journal ${id}\n`);
    const fd = openSync(path, 'wx', 0o600);
    try {
      writeWhole(fd, head, 0);
      forceToDisk(this.options.folder);
    } catch (cause) {
      closeSync(fd);
      rmSync(path, { force: true });
      throw cause;
    }
    const segment = { path, begunAt: now, bytes: head.length, messages: 0, fedMessages: 0, isClosed: false };
    this.#segments.push(segment);
    this.#totalBytes += head.length;
    this.sync.use(fd);
    return { segment, fd };
  }

  /** Takes over a segment of a listener that is gone. */
  #adopt(path: string): void {
    const begunAt = /(\d{13})-[\da-f-]{36}\.log$/.exec(path)?.[1];
    if (begunAt === undefined) return;
    const { bytes, lines } = findLineEnd(path);
    // It may have been killed before that was done.
    forceToDisk(path);
    // The first of its lines is no message.
    const messages = Math.max(0, lines - 1);
    if (messages > 0) this.#waitingSince ??= Number(begunAt);
    this.#totalBytes += bytes;
    this.#segments.push({ path, begunAt: Number(begunAt), bytes, messages, fedMessages: 0, isClosed: true });
  }
}

/** Writes all of it, or nothing: a disk that fills up takes only the first. */
function writeWhole(fd: number, bytes: Uint8Array, from: number): void {
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at, from + at);
  } catch (error) {
    ftruncateSync(fd, from);
    throw error;
  }
}

/** Forces a file, or the names in a folder, to the disk. */
function forceToDisk(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
