import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import { Places } from '../../core/places.ts';
import type { Modulefile, UsageBatch } from '../../core/usage-batch.ts';
import { compileFilter, type ResolvedFilter } from './compile-query.ts';
import { readRows } from './read-rows.ts';

/** The rows of an attached store that a filter lets through. */
export async function* streamRows(connection: DuckDBConnection, filter: ResolvedFilter): AsyncGenerator<UsageBatch> {
  const users = new Places<number, string>();
  for (const [id, name] of await readRows(connection, 'SELECT id, name FROM store.users')) {
    users.placeOf(Number(id), () => String(name));
  }
  const modulefiles = new Places<number, Modulefile>();
  for (const row of await readRows(connection, 'SELECT id, syshost, module, path FROM store.modulefiles')) {
    const [syshost, module, path] = row.slice(1).map(String) as [string, string, string];
    modulefiles.placeOf(Number(row[0]), () => ({ syshost, module, path }));
  }
  const groups = new Places<string, string>();
  const vocabulary = { users: users.items, modulefiles: modulefiles.items, groups: groups.items };

  const where = compileFilter(filter);
  const common = 'day, use_id, first, first + span AS last, loads, direct, dependency, jobs, grp';
  const chunks = await connection.stream(`
    SELECT r.day, u.modulefile_id, u.user_id, r.* EXCLUDE (day, use_id)
    FROM (
      SELECT ${common}, NULL::VARCHAR AS host, NULL::VARCHAR AS jobid FROM store.tallies ${where}
      UNION ALL
      SELECT ${common}, host, jobid FROM store.loads ${where}
    ) r
    JOIN store.uses u ON u.id = r.use_id`);
  for await (const chunk of chunks) {
    const columns = chunk.getColumns();
    const [day = [], modulefile = [], user = [], ...counts] = columns.slice(0, 9).map((column) => column.map(Number));
    const [first = [], last = [], loads = [], direct = [], dependency = [], jobs = []] = counts;
    const [group = [], host = [], jobid = []] = columns.slice(9).map((column) => column.map(textOrNull));
    yield {
      vocabulary,
      length: chunk.rowCount,
      day: Int32Array.from(day),
      user: Int32Array.from(user, (id) => users.placeOf(id, missing)),
      modulefile: Int32Array.from(modulefile, (id) => modulefiles.placeOf(id, missing)),
      first: Float64Array.from(first),
      last: Float64Array.from(last),
      loads: Float64Array.from(loads),
      direct: Float64Array.from(direct),
      dependency: Float64Array.from(dependency),
      jobs: Float64Array.from(jobs),
      group: Int32Array.from(group, (name) => (name === null ? -1 : groups.placeOf(name, () => name))),
      detail: { host, jobid },
    };
  }
}

function textOrNull(value: DuckDBValue): string | null {
  return value === null ? null : String(value);
}

function missing(): never {
  throw new RangeError('a row refers to a name that is not there');
}
