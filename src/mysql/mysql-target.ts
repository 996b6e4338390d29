/** Where a MySQL or MariaDB database is and how to get in. */
export interface MysqlTarget {
  readonly kind: 'mysql';
  readonly host: string;
  /** Null where none is named: 3306, or on localhost the server's own socket where there is one, as MySQL's clients do. */
  readonly port: number | null;
  /** A Unix socket to use instead of host and port; null for none. */
  readonly socket: string | null;
  readonly user: string;
  /** Secret: never in a message. */
  readonly password: string;
  readonly database: string;
}
