import { createRequire } from 'node:module';
import type * as duckdb from '@duckdb/node-api';

/**
 * DuckDB's driver. It is loaded the CommonJS way, because `import` first reads its 180 files to learn what they
 * export, which doubles the time a command takes to start.
 */
export const driver: typeof duckdb = createRequire(import.meta.url)('@duckdb/node-api');
