import type { MysqlConnection } from '../../mysql/mysql-connection.ts';
import { explainMysqlError, isLocalInfileRefused } from '../../mysql/mysql-errors.ts';
import { readFields } from './text-fields.ts';
import { usageColumns } from './usage-lines.ts';

/** What is put beside the fields of a line: a column and its number. */
type Addition = Readonly<Record<string, number>>;

const ROWS_AN_INSERT = 1000;

/** Sends lines of usage to the server, by LOAD DATA LOCAL as long as it takes that. */
export class LineLoader {
  readonly #connection: MysqlConnection;
  #canLoadData = true;

  constructor(connection: MysqlConnection) {
    this.#connection = connection;
  }

  /**
   * @param pieces lines in bytes, each piece some whole ones
   * @returns the number of rows that are in now, fewer than lines where a unique key was there already
   */
  async load(table: string, pieces: readonly Uint8Array[], addition: Addition): Promise<number> {
    if (this.#canLoadData) {
      try {
        return (await this.#connection.loadData(loadStatement(table, addition), pieces)).affectedRows;
      } catch (cause) {
        if (!isLocalInfileRefused(cause)) throw explainMysqlError(cause, this.#connection.name);
        this.#canLoadData = false;
      }
    }
    let rows = 0;
    for (const bytes of pieces) rows += await this.#insert(table, Buffer.from(bytes).toString('utf8'), addition);
    return rows;
  }

  /** The slower way. */
  async #insert(table: string, text: string, addition: Addition): Promise<number> {
    const columns = [...Object.keys(addition), ...usageColumns];
    const row = `(${columns.map((name) => (name === 'tally_key' ? 'UNHEX(?)' : '?')).join(', ')})`;
    const lines = text.split(/(?<=\n)/);
    let inserted = 0;
    for (let from = 0; from < lines.length; from += ROWS_AN_INSERT) {
      const rows = lines.slice(from, from + ROWS_AN_INSERT);
      const values = rows.flatMap((line) => [...Object.values(addition), ...readFields(line)]);
      const sql = `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${rows.map(() => row).join(', ')}`;
      inserted += (await this.#connection.run(sql, values)).affectedRows;
    }
    return inserted;
  }
}

function loadStatement(table: string, addition: Addition): string {
  const fields = usageColumns.map((name) => (name === 'tally_key' ? '@key' : name));
  const values = [...Object.entries(addition).map(([name, value]) => `${name} = ${value}`), 'tally_key = UNHEX(@key)'];
  return `LOAD DATA LOCAL INFILE 'modtally' INTO TABLE ${table} CHARACTER SET utf8mb4
    FIELDS TERMINATED BY '\\t' ESCAPED BY '\\\\' LINES TERMINATED BY '\\n'
    (${fields.join(', ')}) SET ${values.join(', ')}`;
}
