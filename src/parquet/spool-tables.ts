/** The tables in which a spool gathers rows, and what they look like in a Parquet file. */

import type { UsageColumn } from '../core/named-row.ts';

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
export const parquetColumns: Readonly<Record<UsageColumn, string>> = {
  day: `DATE '1970-01-01' + r.day`,
  user: 'u.name',
  syshost: 'm.syshost',
  module: 'm.module',
  path: 'm.path',
  first: 'to_timestamp(r.first)',
  last: 'to_timestamp(r.last)',
  loads: 'r.loads::BIGINT',
  direct: 'r.direct::BIGINT',
  dependency: 'r.dependency::BIGINT',
  jobs: 'r.jobs::BIGINT',
  group: 'g.name',
  host: 'r.host',
  jobid: 'r.jobid',
};
