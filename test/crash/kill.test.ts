import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { StoreTarget } from '../../src/store/store-target.ts';
import { conformanceDir } from '../support/conformance.ts';
import { runCommand } from '../support/run-command.ts';
import { contentOf } from '../support/store-content.ts';
import { allStoreKinds, newTarget, openTestStore, runsOn, storeKinds, urlOf } from '../support/stores.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** How often an import is killed on each store; MODTALLY_KILLS sets another number. */
const usualKills = Number(process.env['MODTALLY_KILLS'] ?? 15);

const lines = readFileSync(`${conformanceDir}/five-days/moduleUsage.log-20241112`, 'utf8').split('\n').slice(0, -1);

test.each(allStoreKinds)(
  'an import into %s that is killed at any moment and run again leaves what an undisturbed one leaves',
  { timeout: 60_000 + usualKills * 20_000 },
  async (kind) => {
    const kills = runsOn(kind, usualKills);
    const folder = temporaryFolder();
    const [disturbed, undisturbed] = [newTarget(kind), newTarget(kind)];
    const { url, env } = urlOf(disturbed);
    const kept = join(folder, 'kept');
    mkdirSync(kept);

    const importFiles = (files: readonly string[], onStart?: (pid: number) => void): ReturnType<typeof runCommand> =>
      runCommand('modtally', ['import', '--delete', '--quiet', '--store', url, ...files], {
        cwd: folder,
        env,
        ...(onStart === undefined ? {} : { onStart }),
      });

    // How long an import takes here: kills are spread over that time, a bit beyond its end and less over node's start.
    const startedAt = performance.now();
    writeFileSync(join(folder, 'first.log'), `${lines.slice(0, 100).join('\n')}\n`);
    cpSync(join(folder, 'first.log'), join(kept, 'first.log'));
    expect(await importFiles(['first.log'])).toMatchObject({ status: 0, stderr: '' });
    let usualMs = performance.now() - startedAt;

    let killed = 0;
    for (let round = 0; killed < kills; round++) {
      // Two files a round, so that one may be deleted when the process dies, and the other not.
      const files = [`${round}-a.log`, `${round}-b.log`];
      for (const [index, file] of files.entries()) {
        const from = (round * 137 + index * 61) % 3000;
        // A first line of its own makes the content new, though most of its tallies are there already.
        const own = `Nov 12 00:00:00 x ModuleUsageTracking: user=u${round} module=m/${index} path=/p host=h time=1731369600.000001`;
        writeFileSync(join(folder, file), `${[own, ...lines.slice(from, from + 600)].join('\n')}\n`);
        cpSync(join(folder, file), join(kept, file));
      }
      const moment = usualMs * (0.25 + Math.random() * 0.8);
      const result = await importFiles(files, (pid) => {
        void sleep(moment).then(() => {
          if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGKILL');
        });
      });
      if (result.signal === 'SIGKILL') killed++;
      else usualMs *= 0.95;
      const left = files.filter((file) => existsSync(join(folder, file)));
      if (left.length > 0) expect(await importFiles(left)).toMatchObject({ status: 0, stderr: '' });
      expect(files.filter((file) => existsSync(join(folder, file)))).toEqual([]);
    }
    const other = urlOf(undisturbed);
    const again = await runCommand('modtally', ['import', '--quiet', '--store', other.url, ...readdirSync(kept)], {
      cwd: kept,
      env: other.env,
    });
    expect(again).toMatchObject({ status: 0, stderr: '' });
    expect(await contentOf(await openTestStore(disturbed))).toEqual(await contentOf(await openTestStore(undisturbed)));
  },
);

test.each(storeKinds)(
  'the import that makes the store, in %s, can be killed at any moment too',
  { timeout: 60_000 + usualKills * 20_000 },
  async (kind) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'first.log'), `${lines.slice(0, 600).join('\n')}\n`);
    const importFirst = (target: StoreTarget, onStart?: (pid: number) => void): ReturnType<typeof runCommand> =>
      runCommand('modtally', ['import', '--quiet', '--store', urlOf(target).url, 'first.log'], {
        cwd: folder,
        env: urlOf(target).env,
        ...(onStart === undefined ? {} : { onStart }),
      });
    const undisturbed = newTarget(kind);
    const startedAt = performance.now();
    expect(await importFirst(undisturbed)).toMatchObject({ status: 0 });
    const usualMs = performance.now() - startedAt;
    const expected = await contentOf(await openTestStore(undisturbed));
    for (let kill = 0; kill < usualKills / 5; kill++) {
      const target = newTarget(kind);
      const moment = usualMs * (0.35 + Math.random() * 0.6);
      await importFirst(target, (pid) => {
        void sleep(moment).then(() => {
          if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGKILL');
        });
      });
      expect(await importFirst(target)).toMatchObject({ status: 0, stderr: '' });
      expect(await contentOf(await openTestStore(target))).toEqual(expected);
    }
  },
);
