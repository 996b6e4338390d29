import { runSql } from './site.ts';

/** A load as a gen_1 database holds it; the date is the site's local time. */
export type Gen1Load = readonly [user: string, module: string, path: string, syshost: string, date: string];

/** Makes a gen_1 database as Lmod's first tools made it, with some loads. */
export async function createGen1Database(database: string, loads: readonly Gen1Load[]): Promise<void> {
  await runSql(`CREATE DATABASE ${database} DEFAULT CHARACTER SET utf8`);
  await runSql(tables, database);
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

const tables = `
  CREATE TABLE userT (
    user_id int(11) unsigned NOT NULL auto_increment, user varchar(64) NOT NULL, PRIMARY KEY (user_id)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_general_ci;
  CREATE TABLE moduleT (
    mod_id int(11) unsigned NOT NULL auto_increment, path varchar(1024) NOT NULL, module varchar(64) NOT NULL,
    syshost varchar(32) NOT NULL, PRIMARY KEY (mod_id), INDEX thekey (path(128), syshost)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_general_ci;
  CREATE TABLE join_user_module (
    join_id int(11) unsigned NOT NULL auto_increment, user_id int(11) unsigned NOT NULL,
    mod_id int(11) unsigned NOT NULL, date DATETIME NOT NULL, PRIMARY KEY (join_id, date), INDEX index_date (date)
  ) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_general_ci`;
