import type { SiteZone } from '../core/site-zone.ts';
import type { Store } from './store.ts';
import type { StoreTarget } from './store-target.ts';
import type { SummaryRule } from './summary-rule.ts';

export interface OpenStoreOptions {
  /** How long to wait for other processes that use the store, in milliseconds. */
  readonly waitMs: number;
  /** The site's zone: by it, a gen_2 table's DATETIME is local time. */
  readonly zone: SiteZone;
  /** Called with the time that was waited for other processes, in milliseconds. */
  readonly onWait?: (waitedMs: number) => void;
  /** When months are summarised, in a store that does so. */
  readonly summaries?: SummaryRule;
}

/**
 * Opens a store. It is not looked at before it is used, so that one that does not exist can be prepared.
 * The only place that loads a database's driver, and only the one that is needed.
 */
export async function openStore(target: StoreTarget, options: OpenStoreOptions): Promise<Store> {
  switch (target.kind) {
    case 'duckdb': {
      const [{ DuckdbStore }, { StoreFile }] = await Promise.all([
        import('./duckdb/duckdb-store.ts'),
        import('./duckdb/lease.ts'),
      ]);
      return new DuckdbStore(new StoreFile(target.path, options.waitMs, options.onWait));
    }
    case 'mysql': {
      const { MysqlStore } = await import('./mysql/mysql-store.ts');
      return new MysqlStore(target, options);
    }
    case 'clickhouse': {
      const [{ ClickhouseStore }, { ClickhouseConnection }] = await Promise.all([
        import('./clickhouse/clickhouse-store.ts'),
        import('./clickhouse/clickhouse-connection.ts'),
      ]);
      return new ClickhouseStore(new ClickhouseConnection(target), options.waitMs, options.summaries);
    }
  }
}
