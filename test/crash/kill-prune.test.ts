import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { namedRows } from '../../src/core/named-row.ts';
import { readParquet } from '../support/duckdb-file.ts';
import { newSite, type Site } from '../support/site.ts';
import { openTestStore, storeKinds } from '../support/stores.ts';
import { logText } from '../support/write-log.ts';

/** How often a prune is killed on each store; MODTALLY_KILLS sets another number. */
const kills = Math.ceil(Number(process.env['MODTALLY_KILLS'] ?? 15) / 3);

/** Users whose loads are in the files of a folder, each as often as there is a row of them. */
async function archivedUsers(folder: string): Promise<string[]> {
  const rows = await readParquet(`SELECT "user" FROM read_parquet('${folder}/*.parquet')`);
  return rows.map(([user]) => String(user)).sort();
}

async function storedUsers(site: Site): Promise<string[]> {
  const store = await openTestStore(site.target);
  const users = await store.readRows({}, async (batches) => {
    const found: string[] = [];
    for await (const batch of batches) for (const { user } of namedRows(batch)) found.push(user);
    return found;
  });
  await store.close();
  return users;
}

test.each(storeKinds)(
  'a prune of %s that is killed at any moment and run again leaves each row in the store or in the archive, once',
  { timeout: 60_000 + kills * 20_000 },
  async (kind) => {
    const site = newSite(kind);
    const archive = join(site.folder, 'archive');
    const args = ['prune', '--keep-months', '12', '--archive', 'archive', '--yes', '--quiet'];
    let usualMs = 0;
    let killed = 0;
    const expected: string[] = [];
    for (let round = 0; killed < kills; round++) {
      // Rows of three months that go, and one that stays.
      const daysAgo = [500, 470, 440, 3];
      const loads = Array.from({ length: 2000 }, (_, index) => ({
        user: `r${round}-${index}`,
        time: new Date(Date.now() - (daysAgo[index % 4] ?? 0) * 86_400_000).toISOString(),
      }));
      site.write('log', logText(loads));
      await site.do('modtally', ['import', 'log']);
      expected.push(...loads.map(({ user }) => user));
      const startedAt = performance.now();
      const moment = usualMs * (0.4 + Math.random() * 0.6);
      const result = await site.run('modtally', args, {
        // What a killed run leaves among the temporary files goes with the site.
        env: { TMPDIR: site.folder },
        onStart(pid) {
          if (usualMs === 0) return;
          void sleep(moment).then(() => {
            if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGKILL');
          });
        },
      });
      if (result.signal === 'SIGKILL') killed++;
      else usualMs = performance.now() - startedAt;
      expect((await site.run('modtally', args)).stderr).toBe('');
      const archived = await archivedUsers(archive);
      expect([...archived, ...(await storedUsers(site))].sort()).toEqual(expected.toSorted());
      expect(archived.length).toBe(expected.length * 0.75);
      expect(readdirSync(archive).filter((name) => !/^usage-\d{4}-\d\d(-\d+)?\.parquet$/.test(name))).toEqual([]);
    }
  },
);
