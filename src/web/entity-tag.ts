import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { House } from './house.ts';

/**
 * The tag of an answer, made of all that it depends on beside its URL. Settings, keys and the program itself are those
 * of a run of the server.
 */
export function entityTag({ run }: House, parts: readonly string[]): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([run, ...parts]))
    .digest('base64url');
  return `W/"${digest.slice(0, 22)}"`;
}

/** Whether whoever asks has that answer already. */
export function isUnchanged(request: FastifyRequest, tag: string): boolean {
  const known = request.headers['if-none-match'] ?? '';
  return known.split(',').some((each) => each.trim() === tag || each.trim() === '*');
}
