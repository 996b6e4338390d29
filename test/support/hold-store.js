// Holds a store file as a writer, until its standard input ends. A program of its own: DuckDB's lock is a process's.
import { DuckDBInstance } from '@duckdb/node-api';

const instance = await DuckDBInstance.create(process.argv[2] ?? '');
process.stdout.write('held\n');
process.stdin.resume();
process.stdin.once('end', () => {
  instance.closeSync();
});
