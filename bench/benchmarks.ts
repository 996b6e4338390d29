import type { Benchmark } from './benchmark.ts';
import { askReports } from './benchmarks/ask-reports.ts';
import { dumpGen1 } from './benchmarks/dump-gen1.ts';
import { importGzip } from './benchmarks/import-gzip.ts';
import { importLog } from './benchmarks/import-log.ts';
import { importMariadb } from './benchmarks/import-mariadb.ts';
import { importMemory } from './benchmarks/import-memory.ts';
import { insertDay } from './benchmarks/insert-day.ts';
import { pruneMonth } from './benchmarks/prune-month.ts';
import { receiveMessages } from './benchmarks/receive-messages.ts';
import { reimportLog } from './benchmarks/reimport-log.ts';
import { serveCrowd } from './benchmarks/serve-crowd.ts';
import { storeSize } from './benchmarks/store-size.ts';

/** All of them, in the order of the goals. */
export const benchmarks: readonly Benchmark[] = [
  importLog,
  importGzip,
  importMariadb,
  reimportLog,
  importMemory,
  askReports,
  storeSize,
  insertDay,
  pruneMonth,
  dumpGen1,
  receiveMessages,
  serveCrowd,
];
