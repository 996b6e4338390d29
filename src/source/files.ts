import type { BigIntStats } from 'node:fs';
import { type FileHandle, lstat, open, stat, unlink } from 'node:fs/promises';
import { AppError, describeCause } from '../core/app-error.ts';
import type { LineFormat } from '../core/line-outcome.ts';
import { readDumpRecords } from '../parquet/load-duckdb.ts';
import { type Compression, decompress, detectCompression } from './compression.ts';
import type { LineSource, OpenSource } from './source.ts';

const CHUNK_BYTES = 1024 * 1024;

export interface FilePartOptions {
  /** What the file is called, where its path does not say. */
  readonly name?: string;
  /** Reads no further than this, in bytes: what follows is not complete, or nobody's to read yet. */
  readonly upTo?: number;
}

/** A log or dump file, plain or compressed, or Parquet that we have written: its first bytes tell, not its name. */
export function fileSource(path: string): LineSource {
  return filePart(path, {});
}

/** A file, or the first part of it. */
export function filePart(path: string, { name = path, upTo }: FilePartOptions): LineSource {
  let readState: string | null = null;
  return {
    name,
    format: formatOfName(name),
    async open() {
      const opened = await openFile(path, upTo ?? Number.POSITIVE_INFINITY);
      readState = opened.stamp;
      return opened;
    },
    async remove() {
      try {
        // A name that is a link is compared by what it links to, and only the link goes, as with rm.
        const stats = await stat(path, { bigint: true });
        if (readState === null || stampOf(stats) !== readState) return false;
        await unlink(path);
        return true;
      } catch (cause) {
        if (isMissing(cause)) return true;
        throw new AppError('OUTPUT', `cannot delete ${path}: ${describeCause(cause)}`, {
          hint: 'Its loads are stored. Delete it by hand, or give the directory write permission.',
          cause,
        });
      }
    },
  };
}

/** Whether there is anything under that name, be it a dangling link. */
export async function fileExists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (cause: unknown) => !isMissing(cause),
  );
}

/** Dump files are known by their name, as Lmod's own tools know them. */
export function formatOfName(path: string): LineFormat {
  return /\.((json|jsonl|ndjson)(\.(gz|zst|xz))?|parquet)$/i.test(path) ? 'json' : 'log';
}

async function openFile(path: string, upTo: number): Promise<OpenSource> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    const stats = await handle.stat({ bigint: true });
    if (stats.isDirectory()) throw new AppError('INPUT', `${path} is a directory`, { hint: 'Name the files in it.' });
    return stats.isFile() ? await openRegular({ path, upTo }, handle, stats) : openStream(path, handle);
  } catch (cause) {
    await handle?.close();
    if (cause instanceof AppError) throw cause;
    throw new AppError('INPUT', `cannot read ${path}: ${describeCause(cause)}`, { cause });
  }
}

async function openRegular(
  { path, upTo }: { readonly path: string; readonly upTo: number },
  handle: FileHandle,
  stats: BigIntStats,
): Promise<OpenSource> {
  const head = new Uint8Array(8);
  const { bytesRead } = await handle.read(head, 0, head.length, 0);
  const size = Math.min(Number(stats.size), upTo);
  const place = {
    // The state of a file that was read in part says nothing about the rest.
    stamp: size === Number(stats.size) ? stampOf(stats) : null,
    writtenAt: Number(stats.mtimeMs) / 1000,
    rawBytes: size,
    close: () => handle.close(),
  };
  if (isParquet(head)) {
    return { ...place, isFinal: true, plain: null, chunks: (onRead) => readParquet(path, size, onRead) };
  }
  const compression = detectCompression(head.subarray(0, bytesRead), path);
  return {
    ...place,
    isFinal: compression !== 'none',
    plain: compression === 'none' ? { fd: handle.fd, bytes: size } : null,
    chunks: (onRead, from = 0) => contentOf(readTo(handle, path, { from, size }, onRead), compression, path),
  };
}

function isParquet(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(0, 4)).toString('latin1') === 'PAR1';
}

async function* readParquet(path: string, size: number, onRead: (n: number) => void): AsyncGenerator<Uint8Array> {
  yield* readDumpRecords(path);
  onRead(size);
}

/** A pipe or a device: read to its end, from where it stands. */
function openStream(path: string, handle: FileHandle): OpenSource {
  return {
    stamp: null,
    isFinal: true,
    writtenAt: null,
    rawBytes: null,
    plain: null,
    chunks: (onRead) => sniffed(readTo(handle, path, { from: 0, size: null }, onRead), path),
    close: () => handle.close(),
  };
}

/** Standard input, plain or compressed. */
export function standardInputSource(input: AsyncIterable<Uint8Array>): LineSource {
  const name = 'standard input';
  return {
    name,
    format: 'log',
    async open() {
      return {
        stamp: null,
        isFinal: true,
        writtenAt: null,
        rawBytes: null,
        plain: null,
        chunks: (onRead) => sniffed(counted(input, onRead), name),
        close: async () => {},
      };
    },
    remove: async () => false,
  };
}

async function* counted(input: AsyncIterable<Uint8Array>, onRead: (n: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of input) {
    onRead(chunk.length);
    yield chunk;
  }
}

/** Content of a stream that cannot be read twice: its first bytes are held back until its compression is known. */
async function* sniffed(chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const iterator = chunks[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array();
  let done = false;
  while (head.length < 8 && !done) {
    const next = await iterator.next();
    done = next.done === true;
    if (!next.done) head = Buffer.concat([head, next.value]);
  }
  if (isParquet(head)) {
    throw new AppError('INPUT', `${name} is Parquet, which is not read from a pipe`, { hint: 'Name the file.' });
  }
  const rest: AsyncIterable<Uint8Array> = {
    async *[Symbol.asyncIterator]() {
      yield head;
      if (!done) yield* { [Symbol.asyncIterator]: () => iterator };
    },
  };
  yield* contentOf(rest, detectCompression(head, name), name);
}

function contentOf(raw: AsyncIterable<Uint8Array>, compression: Compression, name: string): AsyncIterable<Uint8Array> {
  return compression === 'none' ? raw : decompress(raw, compression, name);
}

/**
 * Reads a file up to its size: what is appended while we read belongs to the next run. One that has become shorter
 * ends where it ends. A pipe, which has no size, is read from where it stands.
 */
async function* readTo(
  handle: FileHandle,
  path: string,
  { from, size }: { readonly from: number; readonly size: number | null },
  onRead: (n: number) => void,
): AsyncGenerator<Uint8Array> {
  let at = from;
  while (size === null || at < size) {
    const wanted = size === null ? CHUNK_BYTES : Math.min(CHUNK_BYTES, size - at);
    // A buffer of its own each time: a decompressor reads ahead and keeps what it was given.
    const buffer = Buffer.allocUnsafeSlow(wanted);
    let bytesRead: number;
    try {
      ({ bytesRead } = await handle.read(buffer, 0, wanted, size === null ? null : at));
    } catch (cause) {
      throw new AppError('INPUT', `cannot read ${path} at byte ${at}: ${describeCause(cause)}`, { cause });
    }
    if (bytesRead === 0) return;
    at += bytesRead;
    onRead(bytesRead);
    yield buffer.subarray(0, bytesRead);
  }
}

function stampOf(stats: BigIntStats): string {
  return [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(':');
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}
