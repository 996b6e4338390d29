import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

/** What is held in memory; the rest goes to the folder for temporary files. */
const MEMORY = '512MB';

/** An empty DuckDB for one piece of work. Whoever opens it closes it. */
export class ScratchDatabase {
  /** Where goes what memory does not hold. */
  readonly folder: string;
  readonly connection: DuckDBConnection;
  readonly #instance: DuckDBInstance;

  private constructor(folder: string, instance: DuckDBInstance, connection: DuckDBConnection) {
    this.folder = folder;
    this.connection = connection;
    this.#instance = instance;
  }

  static async open(): Promise<ScratchDatabase> {
    // Names of users may be written there: a folder that nobody else can look into.
    const folder = await mkdtemp(join(tmpdir(), 'modtally-scratch-'));
    const instance = await DuckDBInstance.create(':memory:', {
      temp_directory: folder,
      memory_limit: MEMORY,
      autoinstall_known_extensions: 'false',
    });
    return new ScratchDatabase(folder, instance, await instance.connect());
  }

  async close(): Promise<void> {
    this.connection.closeSync();
    this.#instance.closeSync();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A text as SQL writes it. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The Parquet file of that very name: DuckDB would take some characters of it for a pattern. */
export function parquetFile(path: string): string {
  return quoteText(path.replace(/[*?[]/g, '[$&]'));
}
