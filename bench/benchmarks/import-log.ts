import { statSync } from 'node:fs';
import type { Benchmark } from '../benchmark.ts';
import { madeLog } from '../data/made-log.ts';
import { runTimed } from '../measure/run-timed.ts';
import { ratiosOf, spreadOf } from '../measure/spread.ts';
import { importFresh, requireComplete } from './imported.ts';

/** The log into an empty embedded store, against `wc -l`. */
export const importLog: Benchmark = {
  name: 'import',
  async run(bench) {
    const log = await madeLog(bench);
    const times: { wc: number; all: number; one: number }[] = [];
    let lines = 0;
    let tallies = 0;
    for (let run = 0; run < bench.size.runs; run++) {
      const wc = await runTimed('wc', ['-l', log]);
      lines = Number.parseInt(wc.stdout, 10);
      const all = await importFresh(bench, log);
      const one = await importFresh(bench, log, { env: { MODTALLY_THREADS: '1' } });
      for (const imported of [all, one]) requireComplete(imported, lines);
      tallies = all.account.new_rows;
      times.push({ wc: wc.seconds, all: all.seconds, one: one.seconds });
    }
    const wcSeconds = times.map(({ wc }) => wc);
    const seconds = times.map(({ all }) => all);
    const ofOne = times.map(({ one }) => one);
    const median = spreadOf(seconds).median;
    const medianOfOne = spreadOf(ofOne).median;
    return [
      {
        what: 'import of a log into an empty embedded store, by wc -l',
        unit: 'times',
        measured: spreadOf(ratiosOf(seconds, wcSeconds)),
        goal: { kind: 'at most', value: 8 },
        notes: {
          lines,
          bytes: statSync(log).size,
          tallies,
          'wc -l, s': spreadOf(wcSeconds).median,
          'import, s': median,
          'lines/s': lines / median,
          'MB/s': statSync(log).size / 1e6 / median,
          'one worker, s': medianOfOne,
          'one worker, lines/s': lines / medianOfOne,
          'one worker, times wc -l': spreadOf(ratiosOf(ofOne, wcSeconds)).median,
        },
      },
    ];
  },
};
