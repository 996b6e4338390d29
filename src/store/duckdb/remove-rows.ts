import type { DuckDBConnection } from '@duckdb/node-api';
import { totalsOfUse } from './compile-query.ts';

/** A person whose usage is gone is gone from the list of users too. */
export const forgetUnusedNames: readonly string[] = [
  'DELETE FROM store.users WHERE id NOT IN (SELECT user_id FROM store.uses)',
  'DELETE FROM store.modulefiles WHERE id NOT IN (SELECT modulefile_id FROM store.uses)',
];

const usesOfUser = 'SELECT id FROM store.uses WHERE user_id IN (SELECT id FROM store.users WHERE name = $user)';

/** Removes all rows of the user `$user`. */
export const forgetUserStatements: readonly string[] = [
  `DELETE FROM store.tallies WHERE use_id IN (${usesOfUser})`,
  `DELETE FROM store.loads WHERE use_id IN (${usesOfUser})`,
  'DELETE FROM store.uses WHERE user_id IN (SELECT id FROM store.users WHERE name = $user)',
];

/** Tallies and loads of a user. */
export async function countRowsOfUser(connection: DuckDBConnection, user: string): Promise<number> {
  const rows = await connection.runAndReadAll(
    `SELECT ((SELECT count(*) FROM store.tallies WHERE use_id IN (${usesOfUser}))
      + (SELECT count(*) FROM store.loads WHERE use_id IN (${usesOfUser})))::DOUBLE`,
    { user },
  );
  return Number(rows.getRows()[0]?.[0] ?? 0);
}

/** Sets the totals of uses right after rows have gone. A person whose usage is gone is gone from the list of users too. */
export const forgetUnused: readonly string[] = [
  `CREATE OR REPLACE TEMP TABLE kept_uses AS
   SELECT id, user_id, modulefile_id, r.* EXCLUDE use_id FROM (${totalsOfUse()}) r JOIN store.uses ON id = use_id`,
  'DELETE FROM store.uses',
  'INSERT INTO store.uses FROM kept_uses ORDER BY id',
  'DROP TABLE kept_uses',
  ...forgetUnusedNames,
];
