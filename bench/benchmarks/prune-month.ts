import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dayToIso } from '../../src/core/calendar-day.ts';
import type { Benchmark } from '../benchmark.ts';
import { FIRST_DAY, SEED } from '../data/data-version.ts';
import { copyStore, importTallies, madeStore, removeStore, withStore } from '../data/made-store.ts';
import { createRandom } from '../data/random.ts';
import { talliesOfDay } from '../data/tally-batches.ts';
import { runCommand } from '../measure/run-timed.ts';
import { spreadOf } from '../measure/spread.ts';

const DAYS_PRUNED = 31;

/** Takes a month away and puts it back, some times: each time the file may use the room that is free. */
export const pruneMonth: Benchmark = {
  name: 'prune',
  async run(bench) {
    const { path, centre, tallies } = await madeStore(bench, 1);
    const store = await copyStore(path, join(bench.scratch, 'prune.duckdb'));
    const conf = join(bench.scratch, 'prune.conf');
    writeFileSync(conf, `[STORE]\nURL = duckdb:${store}\n`);
    const span = ['--start', dayToIso(FIRST_DAY), '--end', dayToIso(FIRST_DAY + DAYS_PRUNED)];
    const before = statSync(store).size;
    const seconds: number[] = [];
    const growth: number[] = [];
    for (let run = 0; run < bench.size.runs; run++) {
      const pruned = await runCommand('delete_old_records', [...span, '--yes', '--confFn', conf]);
      seconds.push(pruned.seconds);
      await withStore(store, async (opened) => {
        const random = createRandom(SEED + run);
        for (let day = FIRST_DAY; day < FIRST_DAY + DAYS_PRUNED; day++) {
          await importTallies(opened, talliesOfDay(centre, day, bench.size.talliesADay, random));
        }
        const found = await opened.count({});
        if (found !== tallies) throw new Error(`the store has ${found} tallies instead of ${tallies}`);
      });
      growth.push(((statSync(store).size - before) / before) * 100);
    }
    removeStore(store);
    const month = DAYS_PRUNED * bench.size.talliesADay;
    return [
      {
        what: 'prune of a month, as a command',
        unit: 's',
        measured: spreadOf(seconds),
        goal: { kind: 'at most', value: 1 },
        notes: { 'tallies pruned': month, 'tallies there': tallies },
      },
      {
        what: 'growth of the file when pruned months are imported again',
        unit: '%',
        measured: spreadOf([growth.at(-1) ?? 0]),
        goal: { kind: 'at most', value: 5 },
        notes: { months: growth.length, 'without using free room, %': (100 * month * growth.length) / tallies },
      },
    ];
  },
};
