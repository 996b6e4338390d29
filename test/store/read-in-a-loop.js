// Asks an embedded store again and again, without a pause, until it is told to stop; then says how often it was
// answered. Anything else than an answer ends it with an error.

import { createSiteZone } from '../../dist/core/site-zone.js';
import { openStore } from '../../dist/store/open-store.js';

const store = await openStore(
  { kind: 'duckdb', path: process.argv[2] },
  { waitMs: 60_000, zone: createSiteZone('UTC') },
);
let isStopped = false;
process.on('SIGTERM', () => {
  isStopped = true;
});
let answers = 0;
let longestMs = 0;
let loads = 0;
while (!isStopped) {
  const startedAt = performance.now();
  const [row] = await store.select({ by: [], measures: ['loads'], filter: {} });
  longestMs = Math.max(longestMs, performance.now() - startedAt);
  // What was seen once is not lost again.
  if (row.loads < loads) throw new Error(`${row.loads} loads after ${loads}`);
  loads = row.loads;
  answers++;
}
await store.close();
process.stdout.write(`${JSON.stringify({ answers, longestMs, loads })}\n`);
