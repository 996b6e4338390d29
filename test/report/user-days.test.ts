import { expect, test } from 'vitest';
import { createSiteZone } from '../../src/core/site-zone.ts';
import type { Modulefile } from '../../src/core/usage-batch.ts';
import { readSpan } from '../../src/report/span.ts';
import { eachUserDay } from '../../src/report/user-days.ts';
import { makeLoad, storeLoads } from '../support/make-loads.ts';
import { makeRequest } from '../support/make-request.ts';
import { sorted } from '../support/naive-usage.ts';
import { newTarget, openTestStore } from '../support/stores.ts';

test('user-days are the same, however many parts they are read in, and whatever zone their days were counted in', async () => {
  const store = await openTestStore(newTarget('duckdb'));
  await store.prepare();
  const hours = Array.from({ length: 400 }, (_, index) => index * 5);
  const loads = hours.map((hour) =>
    makeLoad({
      user: hour % 3 === 0 ? 'ann' : 'bob',
      module: `m${hour % 7}/1`,
      timeUs: Date.UTC(2024, 8, 1, hour) * 1000,
    }),
  );
  await storeLoads(store, loads, createSiteZone('Pacific/Kiritimati'));
  const zone = createSiteZone('Pacific/Pago_Pago');
  const span = await readSpan(store, makeRequest({ zone }));
  const read = async (rowsAtOnce = 1000): Promise<object[]> => {
    const found: number[][] = [];
    const numberOf = ({ module }: Modulefile): number => Number(module.slice(1, 2)) - 1;
    await eachUserDay(store, span, { zone, numberOf, rowsAtOnce }, (numbers) => {
      found.push([...numbers].sort());
    });
    return sorted(found);
  };
  const whole = await read();
  expect(whole).toHaveLength(2 * 84);
  expect(await read(7)).toEqual(whole);
  expect(await read(1)).toEqual(whole);
});
