import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSiteZone } from '../../src/core/site-zone.ts';
import { runDuckdb } from '../support/duckdb-file.ts';
import { anyLife, live } from '../support/store-life.ts';
import { newTarget, openTestStore } from '../support/stores.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { testStore } from './store-contract.ts';

testStore(() => newTarget('duckdb'));

/** What the rows say of each use, with who and what it is. */
const usesByRows = `
  SELECT user_id, modulefile_id, min(r.first), max(r.first + span), sum(r.loads), sum(r.direct), sum(r.dependency),
         sum(r.jobs)
  FROM (SELECT * FROM tallies UNION ALL SELECT * EXCLUDE (host, jobid) FROM loads) r JOIN uses ON id = use_id
  GROUP BY user_id, modulefile_id`;

/** Rows that are in one of two tables only, or in one of them more often. */
const differ = (one: string, other: string): string =>
  `((${one}) EXCEPT ALL (${other})) UNION ALL ((${other}) EXCEPT ALL (${one}))`;

test.each([
  ['a use has the totals of its rows', differ('SELECT * EXCLUDE id FROM uses', usesByRows)],
  [
    'no use, user or modulefile stays without a row, and none is there twice',
    differ(
      'SELECT id, 0 FROM users UNION ALL SELECT id, 1 FROM modulefiles UNION ALL SELECT id, 2 FROM uses',
      `SELECT DISTINCT user_id, 0 FROM uses UNION ALL SELECT DISTINCT modulefile_id, 1 FROM uses
     UNION ALL SELECT DISTINCT use_id, 2 FROM (SELECT use_id FROM tallies UNION SELECT use_id FROM loads)`,
    ),
  ],
])('after any imports and removals, %s', async (_, difference) => {
  const zone = createSiteZone('UTC');
  await fc.assert(
    fc.asyncProperty(anyLife, async (life) => {
      const path = join(temporaryFolder(), 'usage.duckdb');
      const store = await openTestStore({ kind: 'duckdb', path }, zone);
      await store.prepare();
      await live(store, life, zone);
      await store.close();
      expect(await runDuckdb(path, difference)).toEqual([]);
    }),
    { numRuns: 15 },
  );
});
