import { join } from 'node:path';
import type { Benchmark } from '../benchmark.ts';
import { madeLog } from '../data/made-log.ts';
import { removeStore } from '../data/made-store.ts';
import { runTimed } from '../measure/run-timed.ts';
import { spreadOf } from '../measure/spread.ts';
import { importFile, requireComplete } from './imported.ts';

/** A log that is in already: by the state of its file, and, once that has changed, by its content. */
export const reimportLog: Benchmark = {
  name: 'reimport',
  async run(bench) {
    const log = await madeLog(bench);
    const path = join(bench.scratch, 'reimport.duckdb');
    const store = `duckdb:${path}`;
    removeStore(path);
    const lines = Number.parseInt((await runTimed('wc', ['-l', log])).stdout, 10);
    requireComplete(await importFile(log, store), lines);
    const beyond: number[] = [];
    const ofContent: number[] = [];
    for (let run = 0; run < bench.size.runs; run++) {
      const wc = await runTimed('wc', ['-l', log]);
      const again = await importFile(log, store);
      // Changes its state, not its content.
      await runTimed('touch', [log]);
      const touched = await importFile(log, store);
      for (const { account } of [again, touched]) {
        if (account.already !== lines) throw new Error(`of ${lines} lines, ${account.already} were known`);
      }
      beyond.push(again.seconds - wc.seconds);
      ofContent.push(touched.seconds - wc.seconds);
    }
    removeStore(path);
    return [
      {
        what: 're-import of a log that is in already, beyond wc -l',
        unit: 's',
        measured: spreadOf(beyond),
        goal: { kind: 'at most', value: 0.3 },
        notes: { 'the file was touched meanwhile, s beyond wc -l': spreadOf(ofContent).median },
      },
    ];
  },
};
