import { runSql } from './site.ts';

/** A row as Lmod's own script writes it: the date is the site's local time. */
export type LmodRow = readonly [user: string, module: string, path: string, syshost: string, date: string];

/** Makes the gen_2 database and its table as Lmod's createDB.py makes them. */
export async function createLmodDatabase(database: string): Promise<void> {
  await runSql(`CREATE DATABASE ${database} DEFAULT CHARACTER SET utf8 COLLATE utf8_general_ci`);
  await runSql(
    `CREATE TABLE \`moduleT\` (
      \`id\`      int(11)       unsigned NOT NULL auto_increment,
      \`user\`    varchar(64)            NOT NULL,
      \`path\`    varchar(1024)          NOT NULL,
      \`module\`  varchar(64)            NOT NULL,
      \`syshost\` varchar(32)            NOT NULL,
      \`date\`    DATETIME               NOT NULL,
      PRIMARY KEY  (\`id\`),
      INDEX  \`thekey\` (\`path\`(128), \`syshost\`)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8 COLLATE=utf8_general_ci`,
    database,
  );
}

/** Writes rows with the very INSERT of Lmod's script. */
export async function insertAsLmod(database: string, rows: readonly LmodRow[]): Promise<void> {
  for (const row of rows) {
    const values = row.map((value) => `'${value.replaceAll("'", "''")}'`).join(', ');
    await runSql(`INSERT INTO moduleT (id,user,module,path,syshost,date) VALUES (NULL, ${values})`, database);
  }
}
