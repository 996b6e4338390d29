import type { DuckDBConnection } from '@duckdb/node-api';
import type { ImportRecord, LedgerChange } from '../../core/ledger.ts';
import type { UsageBatch, Vocabulary } from '../../core/usage-batch.ts';
import type { CommitResult, ImportMode, StoreImport } from '../store.ts';
import { type AppendedColumn, appendRows } from './append-rows.ts';
import { driver } from './driver.ts';
import { explainDuckdbError } from './duckdb-errors.ts';
import type { StoreFile } from './lease.ts';
import { hasConflict, writeLedger } from './ledger.ts';
import { readRows } from './read-rows.ts';
import { inTransaction } from './transaction.ts';

const { INTEGER, UINTEGER, VARCHAR } = driver;

/** Where an import gathers its rows: tables in memory, which the file's lock has nothing to do with. */
const createStaging = (mode: ImportMode): readonly string[] => [
  'CREATE OR REPLACE TEMP TABLE staged_users (place INTEGER, name VARCHAR)',
  'CREATE OR REPLACE TEMP TABLE staged_modulefiles (place INTEGER, syshost VARCHAR, module VARCHAR, path VARCHAR)',
  'CREATE OR REPLACE TEMP TABLE staged_groups (place INTEGER, name VARCHAR)',
  `CREATE OR REPLACE TEMP TABLE staged_rows (
     source INTEGER, day INTEGER, modulefile INTEGER, "user" INTEGER, first UINTEGER, last UINTEGER, loads UINTEGER,
     direct UINTEGER, dependency UINTEGER, jobs UINTEGER, "group" INTEGER
     ${mode === 'all' ? ', host VARCHAR, jobid VARCHAR' : ''})`,
];

/** All of an import's own tables; the last two are made by `commit`. */
const stagingTables: readonly string[] = [
  'staged_users',
  'staged_modulefiles',
  'staged_groups',
  'staged_rows',
  'numbered_rows',
  'staged_uses',
];

/** Opens an import into an embedded store. */
export async function openDuckdbImport(file: StoreFile, mode: ImportMode): Promise<StoreImport> {
  const connection = await file.connect();
  for (const statement of createStaging(mode)) await connection.run(statement);
  return new DuckdbImport(file, connection, mode);
}

/**
 * Memory that DuckDB may take to store an import, be it beside other work on a login node: so much, and 100 bytes a
 * row. What does not fit waits on disk.
 */
const MEMORY_MB = 100;
const ROWS_PER_MEMORY_MB = 10_000;

class DuckdbImport implements StoreImport {
  readonly #file: StoreFile;
  readonly #connection: DuckDBConnection;
  readonly #mode: ImportMode;
  #staged = { users: 0, modulefiles: 0, groups: 0 };
  #rows = 0;

  constructor(file: StoreFile, connection: DuckDBConnection, mode: ImportMode) {
    this.#file = file;
    this.#connection = connection;
    this.#mode = mode;
  }

  async add(batch: UsageBatch, source: number): Promise<void> {
    try {
      await this.#stageNames(batch.vocabulary);
      await appendRows(this.#connection, 'staged_rows', batch.length, [
        [INTEGER, () => source],
        [INTEGER, (row) => batch.day[row]],
        [INTEGER, (row) => batch.modulefile[row]],
        [INTEGER, (row) => batch.user[row]],
        [UINTEGER, (row) => batch.first[row]],
        [UINTEGER, (row) => batch.last[row]],
        [UINTEGER, (row) => batch.loads[row]],
        [UINTEGER, (row) => batch.direct[row]],
        [UINTEGER, (row) => batch.dependency[row]],
        [UINTEGER, (row) => batch.jobs[row]],
        [INTEGER, (row) => batch.group[row]],
        ...this.#detailColumns(batch),
      ]);
      this.#rows += batch.length;
    } catch (cause) {
      throw explainDuckdbError(cause, this.#file.name);
    }
  }

  #detailColumns({ detail }: UsageBatch): AppendedColumn[] {
    if (this.#mode !== 'all') return [];
    return [
      [VARCHAR, (row) => detail?.host[row]],
      [VARCHAR, (row) => detail?.jobid[row]],
    ];
  }

  async discard(source: number): Promise<void> {
    await this.#connection.run('DELETE FROM staged_rows WHERE source = $source', { source });
  }

  async commit(
    record: ImportRecord,
    ledger: readonly LedgerChange[],
    revision: number,
  ): Promise<CommitResult | 'conflict'> {
    // Nothing new and nothing to remember: the file need not be touched.
    if (this.#rows === 0 && ledger.length === 0) return { newRows: 0, cut: 0 };
    await this.#connection.run(`SET memory_limit = '${MEMORY_MB + Math.ceil(this.#rows / ROWS_PER_MEMORY_MB)}MB'`);
    return this.#file.lease('write', (connection) =>
      inTransaction(connection, async () => {
        if (await hasConflict(connection, ledger, revision)) return 'conflict';
        const newRows = await this.#storeRows(connection);
        await writeLedger(connection, record, ledger, newRows);
        return { newRows, cut: 0 };
      }),
    );
  }

  async close(): Promise<void> {
    await this.#connection.run('RESET memory_limit');
    for (const table of stagingTables) await this.#connection.run(`DROP TABLE IF EXISTS ${table}`);
  }

  async #storeRows(connection: DuckDBConnection): Promise<number> {
    if (this.#rows === 0) return 0;
    for (const statement of takeInNames) await connection.run(statement);
    await connection.run(this.#mode === 'all' ? numberLoads : mergeTallies);
    for (const statement of takeInUses) await connection.run(statement);
    if (this.#mode === 'all') return (await connection.run(insertLoads)).rowsChanged;
    const [span] = await readRows(connection, 'SELECT min(day), max(day) FROM numbered_rows');
    if (span?.[0] === null || span === undefined) return 0;
    const days = `t.day BETWEEN ${Number(span[0])} AND ${Number(span[1])}`;
    await connection.run(updateTallies(days));
    return (await connection.run(insertTallies(days))).rowsChanged;
  }

  async #stageNames({ users, modulefiles, groups }: Vocabulary): Promise<void> {
    const { users: user, modulefiles: modulefile, groups: group } = this.#staged;
    await appendRows(this.#connection, 'staged_users', users.length - user, [
      [INTEGER, (row) => user + row],
      [VARCHAR, (row) => users[user + row]],
    ]);
    await appendRows(this.#connection, 'staged_modulefiles', modulefiles.length - modulefile, [
      [INTEGER, (row) => modulefile + row],
      [VARCHAR, (row) => modulefiles[modulefile + row]?.syshost],
      [VARCHAR, (row) => modulefiles[modulefile + row]?.module],
      [VARCHAR, (row) => modulefiles[modulefile + row]?.path],
    ]);
    await appendRows(this.#connection, 'staged_groups', groups.length - group, [
      [INTEGER, (row) => group + row],
      [VARCHAR, (row) => groups[group + row]],
    ]);
    this.#staged = { users: users.length, modulefiles: modulefiles.length, groups: groups.length };
  }
}

/** Gives a number to every name that is used and has none yet. */
const takeInNames: readonly string[] = [
  `INSERT INTO store.users
   SELECT (SELECT coalesce(max(id), 0) FROM store.users) + row_number() OVER (ORDER BY place), name
   FROM (SELECT name, min(place) AS place FROM staged_users
         WHERE place IN (SELECT "user" FROM staged_rows) AND name NOT IN (SELECT name FROM store.users)
         GROUP BY name)`,
  `INSERT INTO store.modulefiles
   WITH fresh AS (
     SELECT syshost, module, path, min(place) AS place FROM staged_modulefiles
     WHERE place IN (SELECT modulefile FROM staged_rows)
       AND NOT EXISTS (FROM store.modulefiles m
                       WHERE m.syshost = staged_modulefiles.syshost AND m.module = staged_modulefiles.module
                         AND m.path = staged_modulefiles.path)
     GROUP BY syshost, module, path),
   paths AS (
     SELECT path, path_id FROM store.modulefiles GROUP BY path, path_id
     UNION ALL
     SELECT path, (SELECT coalesce(max(path_id), 0) FROM store.modulefiles) + row_number() OVER (ORDER BY min(place))
     FROM fresh WHERE path NOT IN (SELECT path FROM store.modulefiles) GROUP BY path)
   SELECT (SELECT coalesce(max(id), 0) FROM store.modulefiles) + row_number() OVER (ORDER BY place),
          path_id, syshost, module, path
   FROM fresh JOIN paths USING (path)`,
];

/** Staged rows with their names' numbers in the store. */
const namedRows = `
  staged_rows r
  JOIN staged_users su ON su.place = r."user"
  JOIN store.users u ON u.name = su.name
  JOIN staged_modulefiles sm ON sm.place = r.modulefile
  JOIN store.modulefiles m ON m.syshost = sm.syshost AND m.module = sm.module AND m.path = sm.path
  LEFT JOIN staged_groups g ON g.place = r."group"`;

const mergeTallies = `
  CREATE OR REPLACE TEMP TABLE numbered_rows AS
  SELECT r.day, u.id AS user_id, m.id AS modulefile_id, min(r.first) AS first, max(r.last) AS last,
         sum(r.loads)::UINTEGER AS loads, sum(r.direct)::UINTEGER AS direct,
         sum(r.dependency)::UINTEGER AS dependency, sum(r.jobs)::UINTEGER AS jobs, max(g.name) AS grp
  FROM ${namedRows}
  GROUP BY r.day, m.id, u.id`;

const numberLoads = `
  CREATE OR REPLACE TEMP TABLE numbered_rows AS
  SELECT r.day, u.id AS user_id, m.id AS modulefile_id, r.first, r.last, r.loads, r.direct, r.dependency, r.jobs,
         g.name AS grp, r.host, r.jobid
  FROM ${namedRows}`;

/** Adds the rows to the totals of their uses, of which each new one is given a number. */
const takeInUses: readonly string[] = [
  `CREATE OR REPLACE TEMP TABLE staged_uses AS
   SELECT coalesce(id, (SELECT coalesce(max(id), 0) FROM store.uses) + row_number() OVER (
            PARTITION BY id IS NULL ORDER BY r.user_id, r.modulefile_id)) AS id, id IS NULL AS is_new, r.*
   FROM (
     SELECT user_id, modulefile_id, min(first) AS first, max(last) AS last, sum(loads) AS loads,
            sum(direct) AS direct, sum(dependency) AS dependency, sum(jobs) AS jobs
     FROM numbered_rows GROUP BY user_id, modulefile_id) r
   LEFT JOIN store.uses x ON x.user_id = r.user_id AND x.modulefile_id = r.modulefile_id`,
  `UPDATE store.uses x
   SET first = least(x.first, s.first), last = greatest(x.last, s.last), loads = x.loads + s.loads,
       direct = x.direct + s.direct, dependency = x.dependency + s.dependency, jobs = x.jobs + s.jobs
   FROM staged_uses s WHERE s.id = x.id`,
  'INSERT INTO store.uses SELECT * EXCLUDE is_new FROM staged_uses WHERE is_new ORDER BY id',
];

/** The rows with the number of their use. */
const usedRows = `
  (SELECT s.id AS use_id, r.*
   FROM numbered_rows r JOIN staged_uses s ON s.user_id = r.user_id AND s.modulefile_id = r.modulefile_id)`;

/** Loads that are not told to be direct or not. */
const untold = 'loads - direct - dependency';

const insertLoads = `
  INSERT INTO store.loads
  SELECT day, use_id, first, last - first, loads, direct, ${untold}, jobs, grp, host, jobid FROM ${usedRows}
  ORDER BY day, use_id, first`;

/** Loads that come late, or from another collector, for a tally that is there. */
function updateTallies(days: string): string {
  return `
    UPDATE store.tallies t
    SET first = least(t.first, s.first), span = greatest(t.first + t.span, s.last) - least(t.first, s.first),
        loads = t.loads + s.loads, direct = t.direct + s.direct, untold = t.untold + s.loads - s.direct - s.dependency,
        jobs = t.jobs + s.jobs, grp = greatest(t.grp, s.grp)
    FROM ${usedRows} s
    WHERE ${days} AND t.day = s.day AND t.use_id = s.use_id`;
}

function insertTallies(days: string): string {
  return `
    INSERT INTO store.tallies
    SELECT day, use_id, first, last - first, loads, direct, ${untold}, jobs, grp
    FROM ${usedRows} s
    WHERE NOT EXISTS (FROM store.tallies t WHERE ${days} AND t.day = s.day AND t.use_id = s.use_id)
    ORDER BY day, use_id`;
}
