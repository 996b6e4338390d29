import { setTimeout as sleep } from 'node:timers/promises';
import type { Quorum } from './schema.ts';

/** Servers tell in whole seconds how far they are behind, by clocks that may not quite agree. */
const KNOWN_MS = 3000;

/**
 * Before rows that were just written are to count: waits until a replica that still lacks some is known to be behind,
 * so that it is not asked (see readSettings). Where every replica has to have what is written, there is none.
 */
export async function waitForLaggards({ isOfAll }: Quorum): Promise<void> {
  if (!isOfAll) await sleep(KNOWN_MS);
}
