import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { loadOf, storedLoads } from '../support/live-loads.ts';
import { freePort } from '../support/mariadb-server.ts';
import { RelpSender } from '../support/relp-sender.ts';
import { startLive } from '../support/start-listener.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitUntil } from '../support/wait-until.ts';

/** How often the listener is killed; MODTALLY_KILLS sets another number. */
const kills = Number(process.env['MODTALLY_KILLS'] ?? 6);

test('a listener that is killed at any moment under load loses no acknowledged message, and stores none twice', {
  timeout: 60_000 + kills * 10_000,
}, async () => {
  const folder = temporaryFolder();
  const port = await freePort();
  const args = ['listen', '--relp', `127.0.0.1:${port}`, '--metrics', '0', '--journal', join(folder, 'journal')];
  const senders = [new RelpSender(port), new RelpSender(port), new RelpSender(port)];
  onTestFinished(async () => void (await Promise.all(senders.map((sender) => sender.end()))));
  const users: string[] = [];
  const load = setInterval(() => {
    for (const sender of senders) {
      if (sender.waiting > 2000) continue;
      const batch = Array.from({ length: 100 }, (_, index) => `u${users.length + index}`);
      users.push(...batch);
      sender.send(batch.map((user) => `<14>Nov 22 10:00:00 n1 ModuleUsageTracking: ${loadOf(user)}`));
    }
  }, 20);
  onTestFinished(() => clearInterval(load));

  for (let killed = 0; killed < kills; killed++) {
    const listener = await startLive([...args, '--feed-seconds', '1'], { folder });
    // Long enough for a feed or two: the kill falls into any part of one, or between two.
    await sleep(200 + Math.random() * 2500);
    await listener.end('SIGKILL');
  }
  const listener = await startLive([...args, '--feed-seconds', '1'], { folder });
  clearInterval(load);
  await waitUntil(() => senders.every(({ waiting }) => waiting === 0), 'all messages are acknowledged');
  await waitUntil(async () => (await listener.metrics())['modtally_listen_journal_messages'] === 0, 'all are stored');
  expect(await listener.end()).toBe(0);

  const stored = await storedLoads(join(folder, '.local/share/modtally/usage.duckdb'));
  expect(users.filter((user) => stored[user] === undefined)).toEqual([]);
  expect(Object.entries(stored).filter(([, loads]) => loads !== 1)).toEqual([]);
  expect(users.length).toBeGreaterThan(kills * 300);
});
