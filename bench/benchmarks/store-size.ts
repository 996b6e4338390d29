import { statSync } from 'node:fs';
import type { Benchmark } from '../benchmark.ts';
import { madeStore, withStore } from '../data/made-store.ts';
import { spreadOf } from '../measure/spread.ts';

/** Bytes of the store's file a tally. */
export const storeSize: Benchmark = {
  name: 'size',
  async run(bench) {
    const { path, tallies } = await madeStore(bench, 1);
    const found = await withStore(path, (store) => store.count({}));
    if (found !== tallies) throw new Error(`the store has ${found} tallies instead of ${tallies}`);
    const { size } = statSync(path);
    return [
      {
        what: 'store size a tally',
        unit: 'bytes',
        measured: spreadOf([size / tallies]),
        goal: { kind: 'at most', value: 12 },
        notes: { tallies, bytes: size },
      },
    ];
  },
};
