import { AppError, describeCause } from '../core/app-error.ts';
import { parquetFile, ScratchDatabase } from './scratch-database.ts';

/** A dump record of the columns of a Parquet file of usage, see spool-tables.ts. */
const record = `to_json({
  "user": "user", "path": path, "module": module, "syshost": syshost, "date": epoch(first)::BIGINT::VARCHAR,
  "last": epoch(last)::BIGINT, "loads": loads, "direct_loads": direct, "dependency_loads": dependency,
  "job_loads": jobs, "group": "group", "host": host, "jobid": jobid})::VARCHAR`;

/** See `readDumpRecords` in load-duckdb.ts. */
export async function* readRecords(path: string): AsyncGenerator<Uint8Array> {
  const database = await ScratchDatabase.open();
  try {
    const chunks = await database.connection.stream(`SELECT ${record} FROM read_parquet(${parquetFile(path)})`);
    for await (const chunk of chunks) {
      const lines = chunk.getColumnValues(0).map((line) => `${String(line)}\n`);
      yield Buffer.from(lines.join(''), 'utf8');
    }
  } catch (cause) {
    throw new AppError('INPUT', `cannot read ${path}: ${describeCause(cause)}`, {
      hint: 'It is damaged, or no Parquet file that modtally has written; nothing of it is stored.',
      cause,
    });
  } finally {
    await database.close();
  }
}
