import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { AppError, describeCause } from '../core/app-error.ts';

export type Compression = 'none' | 'gzip' | 'zstd' | 'xz';

const magics: readonly { readonly name: string; readonly bytes: readonly number[] }[] = [
  { name: 'gzip', bytes: [0x1f, 0x8b] },
  { name: 'zstd', bytes: [0x28, 0xb5, 0x2f, 0xfd] },
  // pzstd puts a frame of its own, which zstd skips, before the content.
  { name: 'zstd', bytes: [0x50, 0x2a, 0x4d, 0x18] },
  { name: 'xz', bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00] },
  { name: 'bzip2', bytes: [0x42, 0x5a, 0x68] },
  { name: 'lz4', bytes: [0x04, 0x22, 0x4d, 0x18] },
  { name: 'compress', bytes: [0x1f, 0x9d] },
  { name: 'zip', bytes: [0x50, 0x4b, 0x03, 0x04] },
];

/**
 * How content is compressed, by its first bytes.
 * @throws AppError INPUT for a compression that is not read here
 */
export function detectCompression(head: Uint8Array, name: string): Compression {
  const found = magics.find(({ bytes }) => bytes.every((byte, i) => head[i] === byte))?.name ?? 'none';
  if (found === 'none' || found === 'gzip' || found === 'zstd' || found === 'xz') return found;
  throw new AppError('INPUT', `${name} is compressed with ${found}, which is not read here`, {
    hint: 'Decompress it first; gzip, zstd and xz are read as they are.',
  });
}

/**
 * The content of a compressed stream. zstd and xz need the programs of these names.
 * @throws AppError INPUT where the content is damaged or cut, or the program is missing
 */
export async function* decompress(
  raw: AsyncIterable<Uint8Array>,
  compression: Exclude<Compression, 'none'>,
  name: string,
): AsyncGenerator<Uint8Array> {
  try {
    if (compression === 'gzip') yield* gunzip(raw);
    else yield* throughProgram(raw, compression);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('INPUT', `cannot decompress ${name}: ${describeCause(cause)}`, {
      hint: 'The file is damaged or was cut off; nothing of it is stored.',
      cause,
    });
  }
}

async function* gunzip(raw: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const unzip = createGunzip({ chunkSize: 256 * 1024 });
  const input = Readable.from(raw, { objectMode: false });
  // pipe() alone would leave a failure of the input unheard.
  input.on('error', (error) => unzip.destroy(error));
  input.pipe(unzip);
  try {
    yield* unzip;
  } finally {
    input.destroy();
  }
}

async function* throughProgram(raw: AsyncIterable<Uint8Array>, program: string): AsyncGenerator<Uint8Array> {
  const child = spawn(program, ['-dcq'], { stdio: ['pipe', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (complaint.length < 1000) complaint += text;
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const fed = pipeline(Readable.from(raw, { objectMode: false }), child.stdin).catch((error: unknown) => error);
  // Both are looked at below; until then a failure must not count as unhandled.
  ended.catch(() => {});
  try {
    yield* child.stdout;
    const status = await ended;
    const feedError = await fed;
    if (feedError instanceof AppError) throw feedError;
    if (status !== 0) throw new Error(complaint.trim() || `${program} ended with status ${status}`);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
      throw new AppError('INPUT', `${program} is not installed`, {
        hint: `Install ${program} (Debian: ${program === 'xz' ? 'xz-utils' : program}), or decompress the file first.`,
        cause,
      });
    }
    throw cause;
  } finally {
    child.kill();
  }
}
