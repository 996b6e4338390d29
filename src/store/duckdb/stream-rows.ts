import type { DuckDBConnection } from '@duckdb/node-api';
import { batchOfColumns } from '../../core/batch-of-columns.ts';
import { Places } from '../../core/places.ts';
import type { Modulefile, UsageBatch } from '../../core/usage-batch.ts';
import { compileFilter, type RowFilter } from './compile-query.ts';
import { readRows } from './read-rows.ts';

/** The rows of an attached store that a filter lets through. */
export async function* streamRows(connection: DuckDBConnection, filter: RowFilter): AsyncGenerator<UsageBatch> {
  const { users, modulefiles } = await readVocabulary(connection);
  const groups = new Places<string, string>();
  const vocabulary = { users: users.items, modulefiles: modulefiles.items, groups: groups.items };

  const where = compileFilter(filter);
  const common = 'day, use_id, first, first + span AS last, loads, direct, dependency, jobs, grp';
  for (const rows of [
    `SELECT ${common} FROM store.tallies ${where}`,
    `SELECT ${common}, host, jobid FROM store.loads ${where}`,
  ]) {
    const chunks = await connection.stream(`
      SELECT r.day, u.user_id, u.modulefile_id, r.* EXCLUDE (day, use_id)
      FROM (${rows}) r JOIN store.uses u ON u.id = r.use_id`);
    for await (const chunk of chunks) {
      const columns: (readonly unknown[])[] = chunk.getColumns();
      columns[1] = columns[1]?.map((id) => users.placeOf(Number(id))) ?? [];
      columns[2] = columns[2]?.map((id) => modulefiles.placeOf(Number(id))) ?? [];
      columns[9] =
        columns[9]?.map((name) => (name === null ? -1 : groups.placeOf(String(name), () => String(name)))) ?? [];
      yield batchOfColumns(vocabulary, columns);
    }
  }
}

/** Names by the numbers that rows refer to them by. */
interface NumberedNames<T> {
  readonly items: readonly T[];
  placeOf(id: number): number;
}

/** The users and modulefiles of an attached store. */
export async function readVocabulary(
  connection: DuckDBConnection,
): Promise<{ readonly users: NumberedNames<string>; readonly modulefiles: NumberedNames<Modulefile> }> {
  const users = await readRows(connection, 'SELECT id, name FROM store.users');
  const modulefiles = await readRows(connection, 'SELECT id, syshost, module, path FROM store.modulefiles');
  return {
    users: numberNames(users, ([name]) => String(name)),
    modulefiles: numberNames(modulefiles, ([syshost, module, path]) => ({
      syshost: String(syshost),
      module: String(module),
      path: String(path),
    })),
  };
}

function numberNames<T>(
  rows: readonly (readonly unknown[])[],
  read: (cells: readonly unknown[]) => T,
): NumberedNames<T> {
  const places = new Map(rows.map(([id], place) => [Number(id), place]));
  return {
    items: rows.map(([, ...cells]) => read(cells)),
    placeOf(id) {
      const place = places.get(id);
      if (place === undefined) throw new RangeError('a row refers to a name that is not there');
      return place;
    },
  };
}
