import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { brotliCompress, constants, createGzip, gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';

const compressible = /^(?:text\/|application\/(?:json|x-ndjson|javascript)|image\/svg)/;
/** Less than this fits into one packet in any case. */
const LEAST_BYTES = 1200;

/** What is sent instead of a payload: the same, compressed, where whoever asks can read that. */
export async function compressPayload(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
): Promise<unknown> {
  const accepted = request.headers['accept-encoding'] ?? '';
  const type = String(reply.getHeader('content-type') ?? '');
  if (!compressible.test(type) || reply.hasHeader('content-encoding')) return payload;
  if (payload instanceof Readable) {
    if (!/\bgzip\b/.test(accepted)) return payload;
    reply.header('content-encoding', 'gzip').removeHeader('content-length');
    return payload.pipe(createGzip());
  }
  if (typeof payload !== 'string' || payload.length < LEAST_BYTES) return payload;
  const encoding = /\bbr\b/.test(accepted) ? 'br' : /\bgzip\b/.test(accepted) ? 'gzip' : null;
  if (encoding === null) return payload;
  reply.header('content-encoding', encoding).removeHeader('content-length');
  return encoding === 'br' ? brotli(payload) : zip(payload);
}

const zip = promisify(gzip);

function brotli(text: string): Promise<Buffer> {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_SIZE_HINT]: text.length };
  return promisify(brotliCompress)(text, { params }) as Promise<Buffer>;
}
