import type { Benchmark } from '../benchmark.ts';
import { madeGzippedLog } from '../data/made-log.ts';
import { runTimed } from '../measure/run-timed.ts';
import { ratiosOf, spreadOf } from '../measure/spread.ts';
import { importFresh, requireComplete } from './imported.ts';

/** The compressed log, against `gzip -dc | wc -l`. */
export const importGzip: Benchmark = {
  name: 'gzip',
  async run(bench) {
    const log = await madeGzippedLog(bench);
    const unpacking: number[] = [];
    const importing: number[] = [];
    for (let run = 0; run < bench.size.runs; run++) {
      const unpacked = await runTimed('sh', ['-c', 'gzip -dc <"$1" | wc -l', 'sh', log]);
      const imported = await importFresh(bench, log);
      requireComplete(imported, Number.parseInt(unpacked.stdout, 10));
      unpacking.push(unpacked.seconds);
      importing.push(imported.seconds);
    }
    return [
      {
        what: 'the same, gzip-compressed, by gzip -dc and wc -l',
        unit: 'times',
        measured: spreadOf(ratiosOf(importing, unpacking)),
        goal: { kind: 'at most', value: 1.5 },
        notes: { 'gzip -dc | wc -l, s': spreadOf(unpacking).median, 'import, s': spreadOf(importing).median },
      },
    ];
  },
};
