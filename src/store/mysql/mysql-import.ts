import { createHash } from 'node:crypto';
import type { ImportRecord, LedgerChange } from '../../core/ledger.ts';
import type { SiteZone } from '../../core/site-zone.ts';
import type { Modulefile, UsageBatch, Vocabulary } from '../../core/usage-batch.ts';
import type { MysqlConnection } from '../../mysql/mysql-connection.ts';
import { codeOf, explainMysqlError } from '../../mysql/mysql-errors.ts';
import type { CommitResult, ImportMode, StoreImport } from '../store.ts';
import { hasConflict, writeLedger } from './ledger.ts';
import { type NameColumn, readModuleColumns } from './schema.ts';

/** What the staging table and moduleT have in common, in this order. */
const usageColumns = [
  'user',
  'path',
  'module',
  'syshost',
  'date',
  'tally_day',
  'tally_key',
  'first_time',
  'last_time',
  'loads',
  'direct_loads',
  'dependency_loads',
  'job_loads',
  'group_name',
  'host',
  'jobid',
];

/** A temporary table is its connection's own: a process that dies takes it along. */
const createStaging = `
  CREATE TEMPORARY TABLE modtally_staged (
    source INT NOT NULL, user VARCHAR(255) NOT NULL, path VARCHAR(1024) NOT NULL, module VARCHAR(255) NOT NULL,
    syshost VARCHAR(255) NOT NULL, date DATETIME NOT NULL, tally_day INT NOT NULL, tally_key BINARY(16) NULL,
    first_time INT UNSIGNED NOT NULL, last_time INT UNSIGNED NOT NULL, loads INT UNSIGNED NOT NULL,
    direct_loads INT UNSIGNED NOT NULL, dependency_loads INT UNSIGNED NOT NULL, job_loads INT UNSIGNED NOT NULL,
    group_name VARCHAR(255) NULL, host VARCHAR(255) NULL, jobid VARCHAR(255) NULL,
    KEY by_tally (tally_day, tally_key)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`;

/** Characters of text that are sent to the server at once. */
const TEXT_SENT = 4_000_000;

/** Opens an import into a database whose schema is up to date. */
export async function openMysqlImport(
  connection: MysqlConnection,
  mode: ImportMode,
  zone: SiteZone,
  waitMs: number,
): Promise<StoreImport> {
  await connection.run('DROP TEMPORARY TABLE IF EXISTS modtally_staged');
  await connection.run(createStaging);
  return new MysqlImport(connection, mode, zone, waitMs, await readModuleColumns(connection));
}

class MysqlImport implements StoreImport {
  readonly #connection: MysqlConnection;
  readonly #mode: ImportMode;
  readonly #zone: SiteZone;
  readonly #waitMs: number;
  readonly #names: FittedNames;
  #rows = 0;
  #canLoadData = true;

  constructor(
    connection: MysqlConnection,
    mode: ImportMode,
    zone: SiteZone,
    waitMs: number,
    columns: ReadonlyMap<string, NameColumn>,
  ) {
    this.#connection = connection;
    this.#mode = mode;
    this.#zone = zone;
    this.#waitMs = waitMs;
    this.#names = new FittedNames(columns);
  }

  async add(batch: UsageBatch, source: number): Promise<void> {
    this.#names.takeIn(batch.vocabulary);
    let lines: string[] = [];
    let size = 0;
    for (let row = 0; row < batch.length; row++) {
      const line = this.#lineOf(batch, row, source);
      lines.push(line);
      size += line.length;
      if (size > TEXT_SENT || row === batch.length - 1) {
        await this.#send(lines);
        lines = [];
        size = 0;
      }
    }
    this.#rows += batch.length;
  }

  async discard(source: number): Promise<void> {
    await this.#connection.run('DELETE FROM modtally_staged WHERE source = ?', [source]);
  }

  async commit(
    record: ImportRecord,
    ledger: readonly LedgerChange[],
    revision: number,
  ): Promise<CommitResult | 'conflict'> {
    if (this.#rows === 0 && ledger.length === 0) return { newRows: 0, cut: 0 };
    const connection = this.#connection;
    return connection.withLock(this.#waitMs, () =>
      connection.inTransaction(async () => {
        if (await hasConflict(connection, ledger, revision)) return 'conflict';
        const newRows = this.#mode === 'all' ? await this.#storeLoads() : await this.#storeTallies();
        await writeLedger(connection, record, ledger, newRows);
        return { newRows, cut: this.#names.cut };
      }),
    );
  }

  async close(): Promise<void> {
    await this.#connection.run('DROP TEMPORARY TABLE IF EXISTS modtally_staged').catch(() => {});
  }

  async #storeLoads(): Promise<number> {
    const columns = usageColumns.join(', ');
    const { affectedRows } = await this.#connection.run(
      `INSERT INTO moduleT (${columns}) SELECT ${columns} FROM modtally_staged ORDER BY first_time`,
    );
    return affectedRows;
  }

  async #storeTallies(): Promise<number> {
    const [[staged] = [], [known] = []] = [
      await this.#connection.query('SELECT COUNT(DISTINCT tally_day, tally_key) FROM modtally_staged'),
      await this.#connection.query(
        `SELECT COUNT(*) FROM moduleT t
         JOIN (SELECT DISTINCT tally_day, tally_key FROM modtally_staged) s
           ON s.tally_day = t.tally_day AND s.tally_key = t.tally_key`,
      ),
    ].map((rows) => rows[0] ?? []);
    await this.#connection.run(mergeTallies);
    return Number(staged) - Number(known);
  }

  #lineOf(batch: UsageBatch, row: number, source: number): string {
    const user = this.#names.users[batch.user[row] ?? 0];
    const modulefile = this.#names.modulefiles[batch.modulefile[row] ?? 0];
    if (user === undefined || modulefile === undefined)
      throw new RangeError('a row names what is not in its vocabulary');
    const first = batch.first[row] ?? 0;
    const group = batch.group[row] ?? -1;
    const key = this.#mode === 'all' ? null : keyOf(user.name, modulefile);
    return `${[
      String(source),
      user.text,
      modulefile.text,
      this.#zone.toDateTime(first),
      batch.day[row],
      key ?? '\\N',
      first,
      batch.last[row],
      batch.loads[row],
      batch.direct[row],
      batch.dependency[row],
      batch.jobs[row],
      textOrNull(group < 0 ? null : batch.vocabulary.groups[group]),
      textOrNull(batch.detail?.host[row]),
      textOrNull(batch.detail?.jobid[row]),
    ].join('\t')}\n`;
  }

  async #send(lines: readonly string[]): Promise<void> {
    if (this.#canLoadData) {
      try {
        await this.#connection.loadData(loadStaging, lines.join(''));
        return;
      } catch (cause) {
        if (!isLocalInfileRefused(cause)) throw explainMysqlError(cause, this.#connection.name);
        this.#canLoadData = false;
      }
    }
    await this.#insert(lines);
  }

  /** The slower way, for servers that do not take LOAD DATA LOCAL. */
  async #insert(lines: readonly string[]): Promise<void> {
    const row = `(${['?', ...usageColumns.map((name) => (name === 'tally_key' ? 'UNHEX(?)' : '?'))].join(', ')})`;
    for (let from = 0; from < lines.length; from += 1000) {
      const rows = lines.slice(from, from + 1000);
      const values = rows.flatMap((line) => line.slice(0, -1).split('\t').map(unescapeField));
      await this.#connection.run(`INSERT INTO modtally_staged VALUES ${rows.map(() => row).join(', ')}`, values);
    }
  }
}

const loadStaging = `
  LOAD DATA LOCAL INFILE 'modtally' INTO TABLE modtally_staged CHARACTER SET utf8mb4
  FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\' LINES TERMINATED BY '\\n'
  (source, ${usageColumns.map((name) => (name === 'tally_key' ? '@key' : name)).join(', ')})
  SET tally_key = UNHEX(@key)`;

/** Staged rows of one key add up; so do they with what is there. Of several groups the last in order is kept. */
const mergeTallies = `
  INSERT INTO moduleT (${usageColumns.join(', ')})
  SELECT * FROM (
    SELECT MAX(user) AS user, MAX(path) AS path, MAX(module) AS module, MAX(syshost) AS syshost,
           MIN(date) AS date, tally_day, tally_key, MIN(first_time) AS first_time, MAX(last_time) AS last_time,
           SUM(loads) AS loads, SUM(direct_loads) AS direct_loads, SUM(dependency_loads) AS dependency_loads,
           SUM(job_loads) AS job_loads, MAX(group_name) AS group_name, NULL AS host, NULL AS jobid
    FROM modtally_staged GROUP BY tally_day, tally_key ORDER BY first_time) s
  ON DUPLICATE KEY UPDATE
    moduleT.date = IF(s.first_time < moduleT.first_time, s.date, moduleT.date),
    moduleT.first_time = LEAST(moduleT.first_time, s.first_time),
    moduleT.last_time = GREATEST(moduleT.last_time, s.last_time),
    moduleT.loads = moduleT.loads + s.loads,
    moduleT.direct_loads = moduleT.direct_loads + s.direct_loads,
    moduleT.dependency_loads = moduleT.dependency_loads + s.dependency_loads,
    moduleT.job_loads = moduleT.job_loads + s.job_loads,
    moduleT.group_name = GREATEST(COALESCE(moduleT.group_name, s.group_name), COALESCE(s.group_name, moduleT.group_name))`;

function isLocalInfileRefused(cause: unknown): boolean {
  const refusals = ['ER_NOT_ALLOWED_COMMAND', 'ER_CLIENT_LOCAL_FILES_DISABLED', 'ER_LOAD_INFILE_CAPABILITY_DISABLED'];
  return refusals.includes(codeOf(cause));
}

/** The key of a tally within its day: what makes it the same as another, in 16 bytes. */
function keyOf(user: string, modulefile: Modulefile): string {
  const { syshost, module, path } = modulefile;
  return createHash('md5').update(`${user}\0${syshost}\0${module}\0${path}`).digest('hex');
}

function textOrNull(text: string | null | undefined): string {
  return text === null || text === undefined ? '\\N' : escapeField(text);
}

function escapeField(text: string): string {
  return text.replace(/[\\\t\n\r\0]/g, (character) => fieldEscapes[character] ?? character);
}

const fieldEscapes: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\0': '\\0',
};

function unescapeField(text: string): string | null {
  if (text === '\\N') return null;
  return text.replace(/\\(.)/g, (_, letter: string) => ({ t: '\t', n: '\n', r: '\r', 0: '\0' })[letter] ?? letter);
}

/** The vocabulary as this database can hold it. */
class FittedNames {
  /** Values that had to be cut or changed. */
  cut = 0;
  readonly users: { readonly name: string; readonly text: string }[] = [];
  readonly modulefiles: (Modulefile & { readonly text: string })[] = [];
  readonly #columns: ReadonlyMap<string, NameColumn>;

  constructor(columns: ReadonlyMap<string, NameColumn>) {
    this.#columns = columns;
  }

  takeIn({ users, modulefiles }: Vocabulary): void {
    for (const user of users.slice(this.users.length)) {
      const name = this.#fit('user', user);
      this.users.push({ name, text: escapeField(name) });
    }
    for (const modulefile of modulefiles.slice(this.modulefiles.length)) {
      const path = this.#fit('path', modulefile.path);
      const module = this.#fit('module', modulefile.module);
      const syshost = this.#fit('syshost', modulefile.syshost);
      this.modulefiles.push({ path, module, syshost, text: [path, module, syshost].map(escapeField).join('\t') });
    }
  }

  #fit(column: string, text: string): string {
    const { characters, holdsAll } = this.#columns.get(column) ?? { characters: text.length, holdsAll: true };
    let fitted = holdsAll ? text : text.replace(/[\u{10000}-\u{10ffff}]/gu, '\uFFFD');
    if (fitted.length > characters) fitted = Array.from(fitted).slice(0, characters).join('');
    if (fitted !== text) this.cut++;
    return fitted;
  }
}
