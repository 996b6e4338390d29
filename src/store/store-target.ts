import type { MysqlTarget } from '../mysql/mysql-target.ts';

/** Where a store is and how to get in: a store URL taken apart. */
export type StoreTarget = DuckdbTarget | MysqlTarget | ClickhouseTarget;

export interface DuckdbTarget {
  readonly kind: 'duckdb';
  readonly path: string;
}

export interface ClickhouseTarget {
  readonly kind: 'clickhouse';
  /** Servers that answer HTTP, any of which will do; at least one. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  /** Whether they are spoken to over TLS. */
  readonly isSecure: boolean;
  readonly user: string;
  /** Secret: never in a message. */
  readonly password: string;
  readonly database: string;
  /** The cluster as the servers' configuration calls it; null for a server alone. */
  readonly cluster: string | null;
}
