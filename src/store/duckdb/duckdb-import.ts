import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import type { ImportRecord, LedgerChange } from '../../core/ledger.ts';
import type { UsageBatch, Vocabulary } from '../../core/usage-batch.ts';
import type { CommitResult, ImportMode, StoreImport } from '../store.ts';
import { explainDuckdbError } from './duckdb-errors.ts';
import type { StoreFile } from './lease.ts';
import { hasConflict, writeLedger } from './ledger.ts';
import { readRows } from './read-rows.ts';

/** Where an import gathers its rows: tables in memory, which the file's lock has nothing to do with. */
const stagingTables: readonly string[] = [
  'CREATE OR REPLACE TEMP TABLE staged_users (place INTEGER, name VARCHAR)',
  'CREATE OR REPLACE TEMP TABLE staged_modulefiles (place INTEGER, syshost VARCHAR, module VARCHAR, path VARCHAR)',
  'CREATE OR REPLACE TEMP TABLE staged_groups (place INTEGER, name VARCHAR)',
  `CREATE OR REPLACE TEMP TABLE staged_rows (
     source INTEGER, day INTEGER, modulefile INTEGER, "user" INTEGER, first UINTEGER, last UINTEGER, loads UINTEGER,
     direct UINTEGER, dependency UINTEGER, jobs UINTEGER, "group" INTEGER, host VARCHAR, jobid VARCHAR)`,
];

/** Opens an import into an embedded store. */
export async function openDuckdbImport(file: StoreFile, mode: ImportMode): Promise<StoreImport> {
  const connection = await file.connect();
  for (const table of stagingTables) await connection.run(table);
  return new DuckdbImport(file, connection, mode);
}

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
      await this.#append('staged_rows', batch.length, (appender) => {
        for (let row = 0; row < batch.length; row++) appendUsage(appender, batch, row, source);
      });
      this.#rows += batch.length;
    } catch (cause) {
      throw explainDuckdbError(cause, this.#file.name);
    }
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
    return this.#file.lease('write', async (connection) => {
      await connection.run('BEGIN');
      if (await hasConflict(connection, ledger, revision)) {
        await connection.run('ROLLBACK');
        return 'conflict';
      }
      const newRows = await this.#storeRows(connection);
      await writeLedger(connection, record, ledger, newRows);
      await connection.run('COMMIT');
      return { newRows, cut: 0 };
    });
  }

  async close(): Promise<void> {
    for (const table of ['staged_rows', 'staged_users', 'staged_modulefiles', 'staged_groups']) {
      await this.#connection.run(`DROP TABLE IF EXISTS ${table}`);
    }
  }

  async #storeRows(connection: DuckDBConnection): Promise<number> {
    for (const statement of takeInNames) await connection.run(statement);
    if (this.#mode === 'all') return (await connection.run(insertLoads)).rowsChanged;
    await connection.run(mergeStagedRows);
    const [span] = await readRows(connection, 'SELECT min(day), max(day) FROM staged_tallies');
    if (span?.[0] === null || span === undefined) return 0;
    const days = `t.day BETWEEN ${Number(span[0])} AND ${Number(span[1])}`;
    await connection.run(updateTallies(days));
    const { rowsChanged } = await connection.run(insertTallies(days));
    await connection.run('DROP TABLE staged_tallies');
    return rowsChanged;
  }

  async #stageNames({ users, modulefiles, groups }: Vocabulary): Promise<void> {
    const staged = this.#staged;
    await this.#append('staged_users', users.length - staged.users, (appender) => {
      for (; staged.users < users.length; staged.users++) {
        appender.appendInteger(staged.users);
        appender.appendVarchar(users[staged.users] ?? '');
        appender.endRow();
      }
    });
    await this.#append('staged_modulefiles', modulefiles.length - staged.modulefiles, (appender) => {
      for (; staged.modulefiles < modulefiles.length; staged.modulefiles++) {
        const modulefile = modulefiles[staged.modulefiles];
        appender.appendInteger(staged.modulefiles);
        appender.appendVarchar(modulefile?.syshost ?? '');
        appender.appendVarchar(modulefile?.module ?? '');
        appender.appendVarchar(modulefile?.path ?? '');
        appender.endRow();
      }
    });
    await this.#append('staged_groups', groups.length - staged.groups, (appender) => {
      for (; staged.groups < groups.length; staged.groups++) {
        appender.appendInteger(staged.groups);
        appender.appendVarchar(groups[staged.groups] ?? '');
        appender.endRow();
      }
    });
  }

  async #append(table: string, rows: number, fill: (appender: DuckDBAppender) => void): Promise<void> {
    // An appender costs a millisecond even for nothing; a year of dump files has hundreds without a new name.
    if (rows === 0) return;
    const appender = await this.#connection.createAppender(table);
    fill(appender);
    appender.closeSync();
  }
}

function appendUsage(appender: DuckDBAppender, batch: UsageBatch, row: number, source: number): void {
  appender.appendInteger(source);
  appender.appendInteger(batch.day[row] ?? 0);
  appender.appendInteger(batch.modulefile[row] ?? 0);
  appender.appendInteger(batch.user[row] ?? 0);
  appender.appendUInteger(batch.first[row] ?? 0);
  appender.appendUInteger(batch.last[row] ?? 0);
  appender.appendUInteger(batch.loads[row] ?? 0);
  appender.appendUInteger(batch.direct[row] ?? 0);
  appender.appendUInteger(batch.dependency[row] ?? 0);
  appender.appendUInteger(batch.jobs[row] ?? 0);
  appender.appendInteger(batch.group[row] ?? -1);
  appendText(appender, batch.detail?.host[row]);
  appendText(appender, batch.detail?.jobid[row]);
  appender.endRow();
}

function appendText(appender: DuckDBAppender, text: string | null | undefined): void {
  if (text === null || text === undefined) appender.appendNull();
  else appender.appendVarchar(text);
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
const numberedRows = `
  staged_rows r
  JOIN staged_users su ON su.place = r."user"
  JOIN store.users u ON u.name = su.name
  JOIN staged_modulefiles sm ON sm.place = r.modulefile
  JOIN store.modulefiles m ON m.syshost = sm.syshost AND m.module = sm.module AND m.path = sm.path
  LEFT JOIN staged_groups g ON g.place = r."group"`;

const insertLoads = `
  INSERT INTO store.loads
  SELECT r.day, m.id, u.id, r.first, r.last - r.first, r.loads, r.direct, r.dependency, r.jobs, g.name, r.host, r.jobid
  FROM ${numberedRows}
  ORDER BY r.day, m.id, u.id, r.first`;

const mergeStagedRows = `
  CREATE OR REPLACE TEMP TABLE staged_tallies AS
  SELECT r.day, m.id AS modulefile_id, u.id AS user_id, min(r.first) AS first, max(r.last) AS last,
         sum(r.loads)::UINTEGER AS loads, sum(r.direct)::UINTEGER AS direct,
         sum(r.dependency)::UINTEGER AS dependency, sum(r.jobs)::UINTEGER AS jobs, max(g.name) AS grp
  FROM ${numberedRows}
  GROUP BY r.day, m.id, u.id`;

const sameTally = 't.day = s.day AND t.modulefile_id = s.modulefile_id AND t.user_id = s.user_id';

/** Loads that come late, or from another collector, for a tally that is there. */
function updateTallies(days: string): string {
  return `
    UPDATE store.tallies t
    SET first = least(t.first, s.first), span = greatest(t.first + t.span, s.last) - least(t.first, s.first),
        loads = t.loads + s.loads, direct = t.direct + s.direct, dependency = t.dependency + s.dependency,
        jobs = t.jobs + s.jobs, grp = greatest(t.grp, s.grp)
    FROM staged_tallies s
    WHERE ${days} AND ${sameTally}`;
}

function insertTallies(days: string): string {
  return `
    INSERT INTO store.tallies
    SELECT day, modulefile_id, user_id, first, last - first, loads, direct, dependency, jobs, grp
    FROM staged_tallies s
    WHERE NOT EXISTS (FROM store.tallies t WHERE ${days} AND ${sameTally})
    ORDER BY day, modulefile_id, user_id`;
}
