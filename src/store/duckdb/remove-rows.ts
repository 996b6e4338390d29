import type { DuckDBConnection } from '@duckdb/node-api';
import { compileFilter, type RowFilter, unionOfRows } from './compile-query.ts';

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

/**
 * Removes the rows that a filter lets through, and sets the totals of their uses right; returns the number of rows. What
 * goes is counted off, which is far less than to add up what stays; only the first and the last are looked for anew.
 */
export async function removeRows(connection: DuckDBConnection, filter: RowFilter): Promise<number> {
  const where = compileFilter(filter);
  const rowsOf = (columns: string, of: string): string => unionOfRows(filter.rowTables, columns, of);
  await connection.run(`
    CREATE OR REPLACE TEMP TABLE removed_uses AS
    SELECT use_id, sum(loads) AS loads, sum(direct) AS direct, sum(dependency) AS dependency, sum(jobs) AS jobs
    FROM (${rowsOf('use_id, loads, direct, dependency, jobs', where)}) GROUP BY use_id`);
  let removed = 0;
  for (const table of filter.rowTables) {
    removed += (await connection.run(`DELETE FROM store.${table} ${where}`)).rowsChanged;
  }
  if (removed === 0) return 0;
  await connection.run(`
    CREATE OR REPLACE TEMP TABLE kept_uses AS
    SELECT x.id, x.user_id, x.modulefile_id, k.first, k.last, x.loads - coalesce(r.loads, 0) AS loads,
           x.direct - coalesce(r.direct, 0) AS direct, x.dependency - coalesce(r.dependency, 0) AS dependency,
           x.jobs - coalesce(r.jobs, 0) AS jobs
    FROM (SELECT use_id, min(first) AS first, max(last) AS last
          FROM (${rowsOf('use_id, first, first + span AS last', '')}) GROUP BY use_id) k
    JOIN store.uses x ON x.id = k.use_id
    LEFT JOIN removed_uses r ON r.use_id = k.use_id`);
  await connection.run('DELETE FROM store.uses');
  await connection.run('INSERT INTO store.uses FROM kept_uses ORDER BY id');
  for (const table of ['removed_uses', 'kept_uses']) await connection.run(`DROP TABLE ${table}`);
  for (const statement of forgetUnusedNames) await connection.run(statement);
  return removed;
}
