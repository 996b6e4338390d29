import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { loadOf, storedLoads } from '../support/live-loads.ts';
import { RelpSender } from '../support/relp-sender.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitUntil } from '../support/wait-until.ts';

const bin = fileURLToPath(new URL('../../bin/modtally', import.meta.url));
const manager = fileURLToPath(new URL('../support/service-manager.py', import.meta.url));
const messageOf = (user: string): string => `<14>Nov 22 10:00:00 n1 ModuleUsageTracking: ${loadOf(user)}`;

test('sockets of the service manager are used, and it hears that the listener is ready, alive and stopping', async () => {
  const folder = temporaryFolder();
  const child = spawn('python3', [manager, folder, '400000', process.execPath, bin, 'listen', '--feed-seconds', '1'], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, TZ: 'UTC', STATE_DIRECTORY: join(folder, 'state') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      said += text.toString();
    });
  }
  const ended = new Promise((resolve) => child.once('close', resolve));
  const numberOf = (name: string): number => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(said)?.[1]);
  onTestFinished(async () => {
    if (child.exitCode === null) process.kill(numberOf('pid'), 'SIGKILL');
    await ended;
  });
  await waitUntil(
    () => said.includes('notify READY=1'),
    () => `it is ready:\n${said}`,
  );
  const udp = createSocket('udp4');
  await new Promise((resolve) => udp.send(messageOf('by-udp'), numberOf('port udp'), '127.0.0.1', resolve));
  udp.close();
  createConnection({ port: numberOf('port tcp'), host: '127.0.0.1' }).end(`${messageOf('by-tcp')}\n`);
  createConnection({ path: join(folder, 'log.sock') }).end(`${messageOf('by-path')}\n`);
  const relp = new RelpSender(numberOf('port relp'));
  relp.send([messageOf('by-relp')]);
  await waitUntil(() => relp.acknowledged === 1, 'it is acknowledged');
  await relp.end();
  await waitUntil(
    () => said.split('notify WATCHDOG=1').length > 3,
    () => `it is alive:\n${said}`,
  );
  const store = join(folder, '.local/share/modtally/usage.duckdb');
  await waitUntil(
    async () => Object.keys(await storedLoads(store)).length === 4,
    () => `all is stored:\n${said}`,
  );
  process.kill(numberOf('pid'), 'SIGTERM');
  await ended;
  expect(said).toContain('notify STOPPING=1');
  expect(said).toMatch(/notify STATUS=listening on udp 127\.0\.0\.1:\d+, tcp 127\.0\.0\.1:\d+, relp /);
  expect(await storedLoads(store)).toEqual({ 'by-udp': 1, 'by-tcp': 1, 'by-path': 1, 'by-relp': 1 });
});
