import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { quoteText, ScratchDatabase } from './scratch-database.ts';

/**
 * Writes JSON records as a Parquet file.
 * @param types the names of the columns in their order, and DuckDB's names of their types
 */
export async function writeParquetRecords(
  types: readonly (readonly [string, string])[],
  records: readonly string[],
): Promise<Buffer> {
  const scratch = await ScratchDatabase.open();
  try {
    const [source, target] = ['records.json', 'records.parquet'].map((name) => join(scratch.folder, name));
    if (source === undefined || target === undefined) throw new RangeError('no names for files');
    await writeFile(source, records.map((record) => `${record}\n`).join(''), { mode: 0o600 });
    const columns = types.map(([name, type]) => `${quoteText(name)}: ${quoteText(type)}`);
    await scratch.connection.run(
      `COPY (SELECT * FROM read_json(${quoteText(source)}, format = 'newline_delimited',
       columns = {${columns.join(', ')}}, maximum_object_size = 67108864)) TO ${quoteText(target)} (FORMAT parquet)`,
    );
    return await readFile(target);
  } finally {
    await scratch.close();
  }
}
