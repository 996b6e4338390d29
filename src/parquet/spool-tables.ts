/** The tables in which a spool gathers rows, and what they look like in a Parquet file. */

export const spoolTables: readonly string[] = [
  'CREATE TABLE users (place INTEGER, rank INTEGER, name VARCHAR)',
  'CREATE TABLE modulefiles (place INTEGER, rank INTEGER, syshost VARCHAR, path VARCHAR, module VARCHAR)',
  'CREATE TABLE groups (place INTEGER, rank INTEGER, name VARCHAR)',
  `CREATE TABLE rows (
     day INTEGER, "user" INTEGER, modulefile INTEGER, first UINTEGER, last UINTEGER, loads UINTEGER, direct UINTEGER,
     dependency UINTEGER, jobs UINTEGER, "group" INTEGER, host VARCHAR, jobid VARCHAR)`,
];

/** Rows with the ranks of their names: no two that differ compare equal in this order. */
export const rowsWithNames = `
  rows r
  JOIN users u ON u.place = r."user"
  JOIN modulefiles m ON m.place = r.modulefile
  LEFT JOIN groups g ON g.place = r."group"`;

export const rowOrder = `
  ORDER BY r.day, m.rank, u.rank, r.first, r.last, r.loads, r.direct, r.dependency, r.jobs, g.rank, r.host, r.jobid`;

export const monthOfRow = `strftime(DATE '1970-01-01' + r.day, '%Y-%m')`;

/**
 * The columns of a Parquet file of usage. Counts are signed, since whoever subtracts them from each other must not end
 * up at four thousand million.
 */
export const parquetColumns: readonly string[] = [
  `DATE '1970-01-01' + r.day AS day`,
  'u.name AS "user"',
  'm.syshost',
  'm.module',
  'm.path',
  'to_timestamp(r.first) AS first',
  'to_timestamp(r.last) AS last',
  'r.loads::BIGINT AS loads',
  'r.direct::BIGINT AS direct',
  'r.dependency::BIGINT AS dependency',
  'r.jobs::BIGINT AS jobs',
  'g.name AS "group"',
  'r.host',
  'r.jobid',
];
