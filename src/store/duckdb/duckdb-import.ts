import { type DuckDBConnection, INTEGER, UINTEGER, VARCHAR } from '@duckdb/node-api';
import type { ImportRecord, LedgerChange } from '../../core/ledger.ts';
import type { UsageBatch, Vocabulary } from '../../core/usage-batch.ts';
import type { CommitResult, Rivals, StoreImport } from '../store.ts';
import { type AppendedColumn, appendRows } from './append-rows.ts';
import { explainDuckdbError } from './duckdb-errors.ts';
import type { StoreFile } from './lease.ts';
import { hasConflict, writeLedger } from './ledger.ts';
import { readRows } from './read-rows.ts';
import { inTransaction } from './transaction.ts';

const rowColumns = `
  source INTEGER, day INTEGER, modulefile INTEGER, "user" INTEGER, first UINTEGER, last UINTEGER, loads UINTEGER,
  direct UINTEGER, dependency UINTEGER, jobs UINTEGER, "group" INTEGER`;

/** Where an import gathers its rows: tables in memory, which the file's lock has nothing to do with. */
const createStaging: readonly string[] = [
  'CREATE OR REPLACE TEMP TABLE staged_users (place INTEGER, name VARCHAR)',
  'CREATE OR REPLACE TEMP TABLE staged_modulefiles (place INTEGER, syshost VARCHAR, module VARCHAR, path VARCHAR)',
  'CREATE OR REPLACE TEMP TABLE staged_groups (place INTEGER, name VARCHAR)',
  `CREATE OR REPLACE TEMP TABLE staged_tallies (${rowColumns})`,
  `CREATE OR REPLACE TEMP TABLE staged_loads (${rowColumns}, host VARCHAR, jobid VARCHAR)`,
];

/** The tables in which rows wait. */
type StagedRows = 'staged_tallies' | 'staged_loads';

/** All of an import's own tables; the last two are made by `commit`. */
const stagingTables: readonly string[] = [
  'staged_users',
  'staged_modulefiles',
  'staged_groups',
  'staged_tallies',
  'staged_loads',
  'staged_pairs',
  'staged_uses',
];

/** Opens an import into an embedded store. */
export async function openDuckdbImport(file: StoreFile): Promise<StoreImport> {
  const connection = await file.connect();
  for (const statement of createStaging) await connection.run(statement);
  return new DuckdbImport(file, connection);
}

/**
 * Memory that DuckDB may take to store an import, be it beside other work on a login node: so much, and 100 bytes a
 * row. What does not fit waits on disk.
 */
const MEMORY_MB = 100;
const ROWS_PER_MEMORY_MB = 10_000;

/** Rows that are merged and sorted at a time, but for a single day that has more. */
const ROWS_AT_ONCE = 100_000;

class DuckdbImport implements StoreImport {
  readonly cut = 0;
  readonly #file: StoreFile;
  readonly #connection: DuckDBConnection;
  #staged = { users: 0, modulefiles: 0, groups: 0 };
  #rows = { staged_tallies: 0, staged_loads: 0 };

  constructor(file: StoreFile, connection: DuckDBConnection) {
    this.#file = file;
    this.#connection = connection;
  }

  async add(batch: UsageBatch, source: number): Promise<void> {
    try {
      await this.#stageNames(batch.vocabulary);
      const { detail } = batch;
      const staged = detail === null ? 'staged_tallies' : 'staged_loads';
      await appendRows(this.#connection, staged, batch.length, [
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
        ...(detail === null ? [] : detailColumns(detail)),
      ]);
      this.#rows[staged] += batch.length;
    } catch (cause) {
      throw explainDuckdbError(cause, this.#file.name);
    }
  }

  async discard(source: number): Promise<void> {
    for (const staged of ['staged_tallies', 'staged_loads']) {
      await this.#connection.run(`DELETE FROM ${staged} WHERE source = $source`, { source });
    }
  }

  async commit(
    record: ImportRecord,
    ledger: readonly LedgerChange[],
    revision: number,
    rivals: Rivals = 'alike',
  ): Promise<CommitResult | 'conflict'> {
    // Nothing new and nothing to remember: the file need not be touched.
    const rows = this.#rows.staged_tallies + this.#rows.staged_loads;
    if (rows === 0 && ledger.length === 0) return { newRows: 0 };
    await this.#connection.run(`SET memory_limit = '${MEMORY_MB + Math.ceil(rows / ROWS_PER_MEMORY_MB)}MB'`);
    return this.#file.lease('write', (connection) =>
      inTransaction(connection, async () => {
        if (await hasConflict(connection, ledger, revision, rivals)) return 'conflict';
        const newRows =
          (await this.#storeRows(connection, 'staged_tallies')) + (await this.#storeRows(connection, 'staged_loads'));
        await writeLedger(connection, record, ledger, newRows);
        return { newRows };
      }),
    );
  }

  async close(): Promise<void> {
    await this.#connection.run('RESET memory_limit');
    for (const table of stagingTables) await this.#connection.run(`DROP TABLE IF EXISTS ${table}`);
  }

  async #storeRows(connection: DuckDBConnection, staged: StagedRows): Promise<number> {
    if (this.#rows[staged] === 0) return 0;
    for (const statement of [...takeInNames(staged), ...takeInUses(staged)]) await connection.run(statement);
    let newRows = 0;
    for (const days of await this.#spans(connection, staged)) {
      if (staged === 'staged_loads') newRows += (await connection.run(insertLoads(days))).rowsChanged;
      else {
        const [met] = await readRows(connection, `SELECT EXISTS (FROM store.tallies t WHERE t.day ${days})`);
        if (met?.[0] === true) await connection.run(updateTallies(days));
        newRows += (await connection.run(insertTallies(days))).rowsChanged;
      }
    }
    return newRows;
  }

  /** The days of the rows in spans of so many rows that they can be merged and sorted within the memory there is. */
  async #spans(connection: DuckDBConnection, staged: StagedRows): Promise<string[]> {
    const spans: { from: number; to: number; rows: number }[] = [];
    for (const [day, rows] of await readRows(
      connection,
      `SELECT day, count(*)::INTEGER FROM ${staged} GROUP BY day ORDER BY day`,
    )) {
      const last = spans.at(-1);
      if (last !== undefined && last.rows + Number(rows) <= ROWS_AT_ONCE) {
        last.to = Number(day);
        last.rows += Number(rows);
      } else spans.push({ from: Number(day), to: Number(day), rows: Number(rows) });
    }
    return spans.map(({ from, to }) => `BETWEEN ${from} AND ${to}`);
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

function detailColumns({ host, jobid }: NonNullable<UsageBatch['detail']>): AppendedColumn[] {
  return [
    [VARCHAR, (row) => host[row]],
    [VARCHAR, (row) => jobid[row]],
  ];
}

/** Gives a number to every name that is used and has none yet. */
const takeInNames = (staged: StagedRows): readonly string[] => [
  `INSERT INTO store.users
   SELECT (SELECT coalesce(max(id), 0) FROM store.users) + row_number() OVER (ORDER BY place), name
   FROM (SELECT name, min(place) AS place FROM staged_users
         WHERE place IN (SELECT "user" FROM ${staged}) AND name NOT IN (SELECT name FROM store.users)
         GROUP BY name)`,
  `INSERT INTO store.modulefiles
   WITH fresh AS (
     SELECT syshost, module, path, min(place) AS place FROM staged_modulefiles
     WHERE place IN (SELECT modulefile FROM ${staged})
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

/** Adds the rows to the totals of their uses, of which each new one is given a number. */
const takeInUses = (staged: StagedRows): readonly string[] => [
  `CREATE OR REPLACE TEMP TABLE staged_pairs AS
   SELECT r.*, u.id AS user_id, m.id AS modulefile_id
   FROM (
     SELECT "user", modulefile, min(first) AS first, max(last) AS last, sum(loads) AS loads,
            sum(direct) AS direct, sum(dependency) AS dependency, sum(jobs) AS jobs
     FROM ${staged} GROUP BY "user", modulefile) r
   JOIN staged_users su ON su.place = r."user"
   JOIN store.users u ON u.name = su.name
   JOIN staged_modulefiles sm ON sm.place = r.modulefile
   JOIN store.modulefiles m ON m.syshost = sm.syshost AND m.module = sm.module AND m.path = sm.path`,
  `CREATE OR REPLACE TEMP TABLE staged_uses AS
   SELECT coalesce(id, (SELECT coalesce(max(id), 0) FROM store.uses) + row_number() OVER (
            PARTITION BY id IS NULL ORDER BY r.user_id, r.modulefile_id)) AS id, id IS NULL AS is_new, r.*
   FROM (
     SELECT user_id, modulefile_id, min(first) AS first, max(last) AS last, sum(loads) AS loads,
            sum(direct) AS direct, sum(dependency) AS dependency, sum(jobs) AS jobs
     FROM staged_pairs GROUP BY user_id, modulefile_id) r
   LEFT JOIN store.uses x ON x.user_id = r.user_id AND x.modulefile_id = r.modulefile_id`,
  `UPDATE store.uses x
   SET first = least(x.first, s.first), last = greatest(x.last, s.last), loads = x.loads + s.loads,
       direct = x.direct + s.direct, dependency = x.dependency + s.dependency, jobs = x.jobs + s.jobs
   FROM staged_uses s WHERE s.id = x.id`,
  'INSERT INTO store.uses SELECT * EXCLUDE is_new FROM staged_uses WHERE is_new ORDER BY id',
];

/** The rows of some days with the number of their use: names are looked up once a pair, and not once a row. */
function usedRows(staged: StagedRows, days: string): string {
  return `
    ${staged} r
    JOIN staged_pairs p ON p."user" = r."user" AND p.modulefile = r.modulefile
    JOIN staged_uses s ON s.user_id = p.user_id AND s.modulefile_id = p.modulefile_id
    LEFT JOIN staged_groups g ON g.place = r."group"
    WHERE r.day ${days}`;
}

function insertLoads(days: string): string {
  return `
    INSERT INTO store.loads
    SELECT r.day, s.id, r.first, r.last - r.first, r.loads, r.direct, r.loads - r.direct - r.dependency, r.jobs, g.name,
           r.host, r.jobid
    FROM ${usedRows('staged_loads', days)}
    ORDER BY r.day, s.id, r.first`;
}

/** The tallies of some days. */
function mergedRows(days: string): string {
  return `
    (SELECT r.day, s.id AS use_id, min(r.first) AS first, max(r.last) AS last, sum(r.loads)::UINTEGER AS loads,
            sum(r.direct)::UINTEGER AS direct, sum(r.loads - r.direct - r.dependency)::UINTEGER AS untold,
            sum(r.jobs)::UINTEGER AS jobs, max(g.name) AS grp
     FROM ${usedRows('staged_tallies', days)}
     GROUP BY r.day, s.id)`;
}

/** Loads that come late, or from another collector, for a tally that is there. */
function updateTallies(days: string): string {
  return `
    UPDATE store.tallies t
    SET first = least(t.first, s.first), span = greatest(t.first + t.span, s.last) - least(t.first, s.first),
        loads = t.loads + s.loads, direct = t.direct + s.direct, untold = t.untold + s.untold,
        jobs = t.jobs + s.jobs, grp = greatest(t.grp, s.grp)
    FROM ${mergedRows(days)} s
    WHERE t.day ${days} AND t.day = s.day AND t.use_id = s.use_id`;
}

function insertTallies(days: string): string {
  return `
    INSERT INTO store.tallies
    SELECT day, use_id, first, last - first, loads, direct, untold, jobs, grp
    FROM ${mergedRows(days)} s
    WHERE NOT EXISTS (FROM store.tallies t WHERE t.day ${days} AND t.day = s.day AND t.use_id = s.use_id)
    ORDER BY day, use_id`;
}
