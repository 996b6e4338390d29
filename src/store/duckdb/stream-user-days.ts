import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import type { UserDayBatch } from '../../core/usage-batch.ts';
import { compileFilter, type RowFilter, unionOfRows } from './compile-query.ts';
import { readColumns } from './read-rows.ts';
import { readVocabulary } from './stream-rows.ts';

/**
 * Who has loaded what on which day in an attached store. What a use is, is looked up here: a join over as many rows
 * would take DuckDB three times as long.
 */
export async function* streamUserDays(connection: DuckDBConnection, filter: RowFilter): AsyncGenerator<UserDayBatch> {
  const { users, modulefiles } = await readVocabulary(connection);
  const vocabulary = { users: users.items, modulefiles: modulefiles.items, groups: [] };
  const [ids = [], userIds = [], modulefileIds = []] = await readColumns(
    connection,
    'SELECT id, user_id, modulefile_id FROM store.uses',
  );
  const size = ids.reduce<number>((most, id) => Math.max(most, Number(id) + 1), 0);
  const [userOf, modulefileOf] = [new Int32Array(size), new Int32Array(size)];
  for (const [at, id] of ids.entries()) {
    userOf[Number(id)] = users.placeOf(Number(userIds[at]));
    modulefileOf[Number(id)] = modulefiles.placeOf(Number(modulefileIds[at]));
  }
  const where = compileFilter(filter, ['dependency < loads']);
  const chunks = await connection.stream(unionOfRows(filter.rowTables, 'day, use_id', where));
  for await (const chunk of chunks) {
    const use = integersOf(chunk, 1);
    yield {
      vocabulary,
      length: use.length,
      day: integersOf(chunk, 0),
      user: use.map((id) => userOf[id] ?? -1),
      modulefile: use.map((id) => modulefileOf[id] ?? -1),
    };
  }
}

function integersOf(chunk: DuckDBDataChunk, column: number): Int32Array {
  const vector = chunk.getColumnVector(column);
  const integers = new Int32Array(chunk.rowCount);
  for (let row = 0; row < integers.length; row++) integers[row] = Number(vector.getItem(row));
  return integers;
}
