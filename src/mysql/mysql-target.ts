/** Where a MySQL or MariaDB database is and how to get in. */
export interface MysqlTarget {
  readonly kind: 'mysql';
  readonly host: string;
  readonly port: number;
  /** A Unix socket to use instead of host and port; null for none. */
  readonly socket: string | null;
  readonly user: string;
  /** Secret: never in a message. */
  readonly password: string;
  readonly database: string;
}
