import { gen1Tables } from './gen1-tables.ts';
import { runSql } from './site.ts';

/** A load as a gen_1 database holds it; the date is the site's local time. */
export type Gen1Load = readonly [user: string, module: string, path: string, syshost: string, date: string];

/** Makes a gen_1 database as Lmod's first tools made it, with some loads. */
export async function createGen1Database(database: string, loads: readonly Gen1Load[]): Promise<void> {
  await runSql(`CREATE DATABASE ${database} DEFAULT CHARACTER SET utf8`);
  await runSql(gen1Tables, database);
  const users = [...new Set(loads.map(([user]) => user))];
  const modules = [...new Set(loads.map((load) => JSON.stringify(load.slice(1, 4))))];
  const quote = (text: unknown): string => `'${String(text).replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
  const insert = async (table: string, rows: readonly string[]): Promise<void> => {
    if (rows.length > 0) await runSql(`INSERT INTO ${table} VALUES ${rows.join(', ')}`, database);
  };
  await insert(
    'userT',
    users.map((user, index) => `(${index + 1}, ${quote(user)})`),
  );
  await insert(
    'moduleT',
    modules.map((text, index) => {
      const [module, path, syshost]: unknown[] = JSON.parse(text);
      return `(${index + 1}, ${quote(path)}, ${quote(module)}, ${quote(syshost)})`;
    }),
  );
  await insert(
    'join_user_module',
    loads.map((load) => {
      const [user, , , , date] = load;
      return `(NULL, ${users.indexOf(user) + 1}, ${modules.indexOf(JSON.stringify(load.slice(1, 4))) + 1}, ${quote(date)})`;
    }),
  );
}
