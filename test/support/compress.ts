import { execFileSync } from 'node:child_process';

/** What a file can be compressed with, by the program of the name. */
export const compressors = ['gzip', 'zstd', 'xz'] as const;
export type Compressor = (typeof compressors)[number];

/** Compresses with the real program. */
export function compress(program: string, content: string | Uint8Array, ...options: string[]): Buffer {
  return execFileSync(program, ['-cq', ...options], { input: content, maxBuffer: 1e9 });
}
