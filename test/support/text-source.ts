import type { LineFormat } from '../../src/core/line-outcome.ts';
import type { LineSource } from '../../src/source/source.ts';

export interface TextSourceOptions {
  readonly name?: string;
  readonly format?: LineFormat;
  readonly isFinal?: boolean;
  /** Seconds since 1970 UTC. */
  readonly writtenAt?: number;
  readonly stamp?: string;
  readonly chunkBytes?: number;
}

/** A source whose content is at hand, in chunks of any size: a log that somebody may be writing, unless told otherwise. */
export function textSource(content: string | Uint8Array, options: TextSourceOptions = {}): LineSource {
  const { name = 'text', format = 'log', isFinal = false, writtenAt = null, stamp = null, chunkBytes = 1000 } = options;
  const bytes = Buffer.from(content);
  return {
    name,
    format,
    async open() {
      return {
        stamp,
        isFinal,
        writtenAt,
        rawBytes: bytes.length,
        plain: null,
        async *chunks(onRead) {
          for (let at = 0; at < bytes.length; at += chunkBytes) {
            const chunk = bytes.subarray(at, at + chunkBytes);
            onRead(chunk.length);
            yield chunk;
          }
        },
        close: async () => {},
      };
    },
    remove: async () => false,
  };
}
