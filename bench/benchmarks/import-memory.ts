import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Benchmark, Figure } from '../benchmark.ts';
import { logStream } from '../data/made-log.ts';
import { removeStore } from '../data/made-store.ts';
import { spreadOf } from '../measure/spread.ts';
import { importFile, requireComplete } from './imported.ts';

const MEGABYTE = 1e6;
const BYTES_AT_MOST = 300 * MEGABYTE;
const BYTES_A_TALLY_AT_MOST = 200;

const preload = new URL('../measure/report-peak-memory.js', import.meta.url).href;

/** Peak memory of imports from standard input, of streams that are made on the way. */
export const importMemory: Benchmark = {
  name: 'memory',
  async run(bench) {
    const figures: Figure[] = [];
    for (const lines of bench.size.streams) {
      bench.say(`importing a stream of ${lines} lines`);
      const path = join(bench.scratch, 'stream.duckdb');
      const peakFile = join(bench.scratch, 'peak');
      removeStore(path);
      const imported = await importFile('-', `duckdb:${path}`, {
        env: { NODE_OPTIONS: `--import=${preload}`, BENCH_PEAK_FILE: peakFile },
        input: logStream(lines),
      });
      removeStore(path);
      requireComplete(imported, imported.account.lines);
      const tallies = imported.account.new_rows;
      const peak = Number(readFileSync(peakFile, 'latin1'));
      figures.push({
        what: `peak memory of an import of ${(imported.account.bytes / 1e9).toPrecision(2)} GB`,
        unit: 'MB',
        measured: spreadOf([peak / MEGABYTE]),
        goal: { kind: 'at most', value: (BYTES_AT_MOST + BYTES_A_TALLY_AT_MOST * tallies) / MEGABYTE },
        notes: { lines: imported.account.lines, tallies, s: imported.seconds },
      });
    }
    return figures;
  },
};
