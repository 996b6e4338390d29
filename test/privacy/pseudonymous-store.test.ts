import { expect, onTestFinished, test } from 'vitest';
import { createSiteZone } from '../../src/core/site-zone.ts';
import { pseudonymousStore } from '../../src/privacy/pseudonymous-store.ts';
import { openStore } from '../../src/store/open-store.ts';
import { makeLoad, storeLoads } from '../support/make-loads.ts';
import { newTarget } from '../support/stores.ts';

const zone = createSiteZone('UTC');
const names = { ofUser: (name: string) => `u-${name.length}`, ofGroup: (name: string) => `g-${name.length}` };

test('whose home a path lies in is not told, though they have loaded nothing or are forgotten', async () => {
  const store = await openStore(newTarget('duckdb'), { waitMs: 20_000, zone });
  onTestFinished(() => store.close());
  await store.prepare();
  const loads = [
    makeLoad({ user: 'amora', path: '/scratch/amora/1.lua' }),
    makeLoad({ user: 'brin', path: '/home/amora/shared/1.lua' }),
    makeLoad({ user: 'brin', path: '/work/brin/Homes/nobody2/2.lua', module: 'brin/2' }),
  ];
  await storeLoads(store, loads, zone);
  const read = async (): Promise<string[]> => {
    const seen = pseudonymousStore(store, names);
    const rows = await seen.select({ by: ['module', 'path'], measures: [], filter: {} });
    return rows.map(({ module, path }) => `${module} ${path}`).sort();
  };
  const left = ['gcc/12.2 /home/u-5/shared/1.lua', 'u-4/2 /work/u-4/Homes/u-7/2.lua'];
  expect(await read()).toEqual([...left.slice(0, 1), 'gcc/12.2 /scratch/u-5/1.lua', ...left.slice(1)]);
  await store.forgetUser('amora', false);
  expect(await read()).toEqual(left);
  const asked = pseudonymousStore(store, names).select({ by: ['path'], measures: [], filter: { paths: ['%amora%'] } });
  expect(await asked).toEqual([]);
});
