import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { newSite } from '../support/site.ts';
import { openTestStore, storeKinds } from '../support/stores.ts';
import { wholeOf } from '../support/whole-store.ts';
import { logText } from '../support/write-log.ts';

/** How often a copy is killed into each store; MODTALLY_KILLS sets another number. */
const kills = Math.ceil(Number(process.env['MODTALLY_KILLS'] ?? 15) / 5);

test.each(storeKinds)(
  'a copy into %s that is killed at any moment and made again leaves each row, log and snapshot there once',
  { timeout: 60_000 + kills * 20_000 },
  async (kind) => {
    const site = newSite(kind === 'duckdb' ? 'mysql' : 'duckdb');
    const other = newSite(kind);
    const passwords = [site, other].map(({ env }) => env['MODTALLY_PASSWORD']).filter((text) => text !== undefined);
    const env = { MODTALLY_PASSWORD: passwords[0] ?? '', TMPDIR: site.folder };
    const call = ['copy', '--from', site.url, '--to', other.url, '--quiet'];
    let usualMs = 0;
    let killed = 0;
    for (let round = 0; killed < kills; round++) {
      // Some days that are new, and some of which the other store has something: those are copied one by one.
      const loads = Array.from({ length: 400 }, (_, index) => ({
        user: `u${(round * 7 + index) % 50}`,
        time: new Date(Date.UTC(2024, 0, 1 + ((round * 3 + index) % 12), 12, index % 60)).toISOString(),
      }));
      site.write('log', logText(loads));
      site.write('paths', `/apps/${round}\n`);
      await site.do('modtally', ['import', ...(round % 2 === 0 ? [] : ['--all']), 'log']);
      await site.do('modtally', ['catalogue', 'add', '--syshost', 'ls6', '--date', `2024-01-${10 + round}`, 'paths']);
      const startedAt = performance.now();
      const moment = usualMs * (0.35 + Math.random() * 0.65);
      const result = await site.run('modtally', call, {
        env,
        onStart(pid) {
          if (usualMs === 0) return;
          void sleep(moment).then(() => {
            if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGKILL');
          });
        },
      });
      if (result.signal === 'SIGKILL') killed++;
      else usualMs = performance.now() - startedAt;
      expect((await site.run('modtally', call, { env })).stderr).toBe('');
      expect(await wholeOf(await openTestStore(other.target))).toEqual(await wholeOf(await openTestStore(site.target)));
    }
  },
);
