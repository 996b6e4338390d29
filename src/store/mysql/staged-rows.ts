import type { MysqlConnection } from '../../mysql/mysql-connection.ts';
import type { LineLoader } from './line-loader.ts';
import { usageColumns } from './usage-lines.ts';

/**
 * A temporary table is its connection's own: a process that dies takes it along. It has no index, since it is read
 * from its beginning to its end.
 */
const createTable = `
  CREATE TEMPORARY TABLE modtally_staged (
    source INT NOT NULL, user VARCHAR(255) NOT NULL, path VARCHAR(1024) NOT NULL, module VARCHAR(255) NOT NULL,
    syshost VARCHAR(255) NOT NULL, date DATETIME NOT NULL, tally_day INT NOT NULL, tally_key BINARY(16) NULL,
    first_time INT UNSIGNED NOT NULL, last_time INT UNSIGNED NOT NULL, loads INT UNSIGNED NOT NULL,
    direct_loads INT UNSIGNED NOT NULL, dependency_loads INT UNSIGNED NOT NULL, job_loads INT UNSIGNED NOT NULL,
    group_name VARCHAR(255) NULL, host VARCHAR(255) NULL, jobid VARCHAR(255) NULL
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin`;

const columns = usageColumns.join(', ');

/**
 * Staged rows of one key add up; so do they with what is there. Of several groups the last in order is kept. Loads of
 * their own have no key, and none of them meets another.
 */
const mergeRows = `
  INSERT INTO moduleT (${columns}) SELECT ${columns} FROM modtally_staged s
  ON DUPLICATE KEY UPDATE
    moduleT.date = IF(s.first_time < moduleT.first_time, s.date, moduleT.date),
    moduleT.first_time = LEAST(moduleT.first_time, s.first_time),
    moduleT.last_time = GREATEST(moduleT.last_time, s.last_time),
    moduleT.loads = moduleT.loads + s.loads,
    moduleT.direct_loads = moduleT.direct_loads + s.direct_loads,
    moduleT.dependency_loads = moduleT.dependency_loads + s.dependency_loads,
    moduleT.job_loads = moduleT.job_loads + s.job_loads,
    moduleT.group_name = GREATEST(COALESCE(moduleT.group_name, s.group_name), COALESCE(s.group_name, moduleT.group_name))`;

/** Rows on their way into moduleT, in a temporary table that is made when it is first needed. */
export class StagedRows {
  readonly #connection: MysqlConnection;
  readonly #loader: LineLoader;
  #hasTable = false;
  #rows = 0;

  constructor(connection: MysqlConnection, loader: LineLoader) {
    this.#connection = connection;
    this.#loader = loader;
  }

  get isEmpty(): boolean {
    return this.#rows === 0;
  }

  async add(lines: Uint8Array, source: number): Promise<void> {
    if (!this.#hasTable) await this.#connection.run(createTable);
    this.#hasTable = true;
    this.#rows += await this.#loader.load('modtally_staged', [lines], { source });
  }

  async discard(source: number): Promise<void> {
    if (!this.#hasTable) return;
    const { affectedRows } = await this.#connection.run('DELETE FROM modtally_staged WHERE source = ?', [source]);
    this.#rows -= affectedRows;
  }

  /**
   * Puts all rows into moduleT.
   * @returns the number of those that were not there
   */
  async store(): Promise<number> {
    if (this.#rows === 0) return 0;
    const { affectedRows } = await this.#connection.run(mergeRows);
    // A row that adds to one that is there counts twice.
    return 2 * this.#rows - affectedRows;
  }

  async drop(): Promise<void> {
    if (this.#hasTable) await this.#connection.run('DROP TEMPORARY TABLE IF EXISTS modtally_staged').catch(() => {});
    this.#hasTable = false;
  }
}
