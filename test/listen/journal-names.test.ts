import { createSocket } from 'node:dgram';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Journal } from '../../src/listen/journal.ts';
import { loadOf, storedLoads } from '../support/live-loads.ts';
import { runCommand } from '../support/run-command.ts';
import { listenArgs, startLive } from '../support/start-listener.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitUntil } from '../support/wait-until.ts';

/** Files below a folder that hold a text. */
function filesWith(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const path = join(folder, name);
    return statSync(path).isFile() && readFileSync(path).includes(text);
  });
}

test('a listener with pseudonyms stores no name, tells forget what waits, and leaves none when it ends', async () => {
  const folder = temporaryFolder();
  const env = { MODTALLY_PSEUDONYMS: join(folder, 'names.key'), MODTALLY_LISTEN_JOURNAL: join(folder, 'journal') };
  const listener = await startLive(listenArgs(folder), { folder, env });
  const socket = createSocket('udp4');
  const send = (user: string): Promise<unknown> =>
    new Promise((resolve) =>
      socket.send(`<14>Nov 22 10:00:00 n1 lmod: ${loadOf(user)}`, listener.ports['udp'] ?? 0, '127.0.0.1', resolve),
    );
  await send('amora');
  const waiting = async (): Promise<number | undefined> =>
    (await listener.metrics())['modtally_listen_journal_messages'];
  await waitUntil(async () => (await waiting()) === 1, 'it has come');
  listener.signal('SIGUSR2');
  await waitUntil(async () => (await waiting()) === 0, 'it is stored');
  const stored = await storedLoads(join(folder, '.local/share/modtally/usage.duckdb'));
  expect(Object.keys(stored)).toEqual([expect.stringMatching(/^p-[0-9a-z]{12}$/)]);

  expect(filesWith(folder, 'amora')).toEqual([expect.stringMatching(/^journal\/\d+-[\da-f-]+\.log$/)]);
  const forget = await runCommand('modtally', ['forget', 'amora', '--yes'], { cwd: folder, env });
  expect(forget.stderr).toMatch(/: 1 rows removed\n.*journal: 1 names stay: the listener removes them/);
  await send('brin');
  socket.close();
  await waitUntil(async () => ((await waiting()) ?? 0) > 0, 'another has come');
  expect(await listener.end()).toBe(0);
  expect(filesWith(folder, 'amora')).toEqual([]);
  expect(filesWith(folder, 'brin')).toEqual([]);
  const again = await runCommand('modtally', ['forget', 'amora', '--yes'], { cwd: folder, env });
  expect(again.stderr).toMatch(/^[^\n]*: 0 rows removed\n$/);
});

test('a segment that is old and in the store goes, though nothing else comes', async () => {
  const folder = temporaryFolder();
  const journal = new Journal({ folder, limitBytes: 1e6, syncMs: 1000, segmentMs: 50 });
  const segments = (): string[] => readdirSync(folder);
  journal.append(Buffer.from(loadOf('amora')));
  const view = journal.view();
  await sleep(60);
  journal.tidy();
  // It is not known to be in the store.
  expect(segments().length).toBe(1);
  journal.settle(view);
  journal.tidy();
  expect(segments()).toEqual([]);
  expect(journal.bytes).toBe(0);
  journal.append(Buffer.from(loadOf('brin')));
  expect(journal.view().parts.length).toBe(1);
  expect(await journal.close()).toBe(true);
});
