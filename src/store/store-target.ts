import type { MysqlTarget } from '../mysql/mysql-target.ts';

/** Where a store is and how to get in: a store URL taken apart. */
export type StoreTarget = DuckdbTarget | MysqlTarget;

export interface DuckdbTarget {
  readonly kind: 'duckdb';
  readonly path: string;
}
