import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench, Benchmark } from '../benchmark.ts';
import type { Centre } from '../data/centre.ts';
import { FIRST_DAY, SEED } from '../data/data-version.ts';
import { copyStore, madeStore, removeStore } from '../data/made-store.ts';
import { createRandom } from '../data/random.ts';
import { talliesOfDay } from '../data/tally-batches.ts';
import { spreadOf } from '../measure/spread.ts';
import { importFile, requireComplete } from './imported.ts';

/** A day's log into a store that holds a year; then, as logs may come late, days from the midst of it. */
export const insertDay: Benchmark = {
  name: 'insert',
  async run(bench) {
    const { path, days, centre, tallies } = await madeStore(bench, 1);
    const store = await copyStore(path, join(bench.scratch, 'insert.duckdb'));
    const fresh: number[] = [];
    const late: number[] = [];
    for (let run = 0; run < bench.size.runs; run++) {
      fresh.push(await timeDay(bench, centre, store, FIRST_DAY + days + run));
      late.push(await timeDay(bench, centre, store, FIRST_DAY + Math.floor(days / 2) + run));
    }
    removeStore(store);
    return [
      {
        what: `insert of a day of ${bench.size.talliesOfNewDay} tallies, as a command`,
        unit: 's',
        measured: spreadOf(fresh),
        goal: { kind: 'at most', value: 0.3 },
        notes: { 'tallies there': tallies, 'a day whose tallies are there in part, s': spreadOf(late).median },
      },
    ];
  },
};

async function timeDay(bench: Bench, centre: Centre, store: string, day: number): Promise<number> {
  const log = join(bench.scratch, 'day.log');
  const random = createRandom(SEED + day);
  const { length, user, modulefile, first } = talliesOfDay(centre, day, bench.size.talliesOfNewDay, random);
  const lines: string[] = [];
  for (let row = 0; row < length; row++) {
    const { module, path, syshost } = centre.modulefiles[modulefile[row] ?? 0] ?? missing();
    const name = centre.users[user[row] ?? 0] ?? missing();
    lines.push(
      `Nov 11 00:00:00 c101-001 ModuleUsageTracking: user=${name} module=${module} path=${path} host=c101-001.${syshost}.hpc.example.org time=${first[row]}.000000\n`,
    );
  }
  writeFileSync(log, lines.join(''));
  const imported = await importFile(log, `duckdb:${store}`);
  requireComplete(imported, length);
  return imported.seconds;
}

function missing(): never {
  throw new RangeError('a tally names what the centre does not have');
}
