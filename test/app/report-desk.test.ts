import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ReportDesk } from '../../src/app/report-desk.ts';
import { readSettings } from '../../src/app/settings.ts';
import { openStore } from '../../src/store/open-store.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('answers depend on the files of people and toolchains, too', async () => {
  const folder = temporaryFolder();
  const [people, toolchains] = ['people.csv', 'toolchains'].map((name) => join(folder, name)) as [string, string];
  const path = join(folder, 'usage.duckdb');
  const flags = { store: `duckdb:${path}`, tz: 'UTC', directory: people, toolchains };
  const settings = readSettings({ flags });
  const store = await openStore(settings.store, { waitMs: 20_000, zone: settings.zone });
  await store.prepare();
  await store.close();
  const same = (name: string): string => name;
  const desk = new ReportDesk(settings, { names: { ofUser: same, ofGroup: same }, leastUsers: 5 });
  onTestFinished(() => desk.close());
  const states = [await desk.readState()];
  for (const file of [people, toolchains]) {
    writeFileSync(file, 'user,name\n');
    states.push(await desk.readState());
    writeFileSync(file, 'user,name\namora,Amora\n');
    states.push(await desk.readState());
  }
  expect(new Set(states).size).toBe(5);
  expect(await desk.readState()).toBe(states.at(-1));
});
