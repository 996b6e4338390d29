import { spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadOf, storedLoads } from '../support/live-loads.ts';
import { runCommand } from '../support/run-command.ts';
import { newSmallDisk } from '../support/small-disk.ts';
import { type LiveCommand, listenArgs, startLive } from '../support/start-listener.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitUntil } from '../support/wait-until.ts';

const messageOf = (user: string): string => `<14>Nov 22 10:00:00 n1 ModuleUsageTracking: ${loadOf(user)}`;
const named = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);
const once1 = (users: readonly string[]): Record<string, number> => Object.fromEntries(users.map((user) => [user, 1]));
const storeOf = (folder: string): string => join(folder, '.local/share/modtally/usage.duckdb');

async function connect(port: number | undefined): Promise<Socket> {
  const socket = createConnection({ port: port ?? 0, host: '127.0.0.1' });
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

async function sendDatagrams(port: number | undefined, messages: readonly (string | Buffer)[]): Promise<void> {
  const socket = createSocket('udp4');
  for (const message of messages) {
    await new Promise((resolve) => socket.send(message, port ?? 0, '127.0.0.1', resolve));
  }
  socket.close();
}

/** Waits until a metric, or the sum of all with that name, is at least so much. */
async function untilMetric(listener: LiveCommand, name: string, least: number): Promise<void> {
  const sum = async (): Promise<number> => {
    const entries = Object.entries(await listener.metrics());
    return entries.filter(([key]) => key.startsWith(name)).reduce((total, [, value]) => total + value, 0);
  };
  await waitUntil(
    async () => (await sum()) >= least,
    () => `${name} is ${least}\n${listener.said()}`,
  );
}

const received = 'modtally_listen_received_total';
const dropped = (reason: string): string => `modtally_listen_dropped_total{reason="${reason}"}`;

test('the very same message sent three times is three loads, in one segment or in several', async () => {
  const folder = temporaryFolder();
  for (let run = 0; run < 3; run++) {
    const listener = await startLive(listenArgs(folder), { folder });
    await sendDatagrams(listener.ports['udp'], [messageOf('ann')]);
    await untilMetric(listener, received, 1);
    // Each run leaves a segment, with nothing in it that another has not.
    await listener.end(run === 2 ? 'SIGTERM' : 'SIGKILL');
  }
  expect(await storedLoads(storeOf(folder))).toEqual({ ann: 3 });
  expect(readdirSync(join(folder, 'journal')).filter((name) => name.endsWith('.log'))).toEqual([]);
});

test('garbage, messages that are too long and connections that break off are counted, and harm nobody', async () => {
  const folder = temporaryFolder();
  const listener = await startLive(listenArgs(folder, '--max-message', '2K'), { folder });
  const { tcp, udp, relp } = listener.ports;
  const garbage = Buffer.from(Array.from({ length: 1500 }, (_, index) => (index * 89) % 256 || 1));
  for (const [at, byte] of garbage.entries()) if (byte === 10) garbage[at] = 11;
  await sendDatagrams(udp, [garbage, Buffer.alloc(3000, 120), messageOf('by-udp')]);
  const broken = await connect(tcp);
  broken.write('300 <14>begun');
  broken.destroy();
  // A broken connection and a stream of nothing.
  const [one, two, three] = await Promise.all([connect(tcp), connect(tcp), connect(relp)]);
  one.end(
    Buffer.concat([garbage, Buffer.from('\n'), Buffer.alloc(100_000, 120), Buffer.from(`\n${messageOf('by-tcp')}\n`)]),
  );
  three.end('GET / HTTP/1.1\r\n\r\n');
  // A byte at a time.
  for (const byte of `${messageOf('slow')}\n`) if (!two.write(byte)) await once(two, 'drain');
  await untilMetric(listener, 'modtally_listen_stored_total', 3);
  await untilMetric(listener, dropped('cut off'), 1);
  const metrics = await listener.metrics();
  expect(metrics[dropped('too long')]).toBe(2);
  expect(listener.said()).toContain('dropped: the message is longer than it may be (127.0.0.1)');
  expect(await listener.end()).toBe(0);
  expect(await storedLoads(storeOf(folder))).toEqual(once1(['by-udp', 'by-tcp', 'slow']));
});

test('who is not allowed is not heard, until the settings are read anew', async () => {
  const folder = temporaryFolder();
  const config = join(folder, 'modtally.toml');
  writeFileSync(config, '[listen]\nallow = ["10.0.0.0/8", "fd00::/8"]\n');
  const listener = await startLive(listenArgs(folder), { folder });
  const { tcp, udp } = listener.ports;
  await sendDatagrams(udp, [messageOf('no')]);
  const refused = await connect(tcp);
  await once(refused, 'close');
  await untilMetric(listener, dropped('sender'), 2);
  writeFileSync(config, '[listen]\nallow = "nonsense"\n');
  listener.signal('SIGHUP');
  await waitUntil(() => listener.said().includes('nonsense is neither an address nor a network'), 'it is told');
  writeFileSync(config, '[listen]\nallow = "127.0.0.0/8"\n');
  listener.signal('SIGHUP');
  await waitUntil(() => listener.said().includes('settings were read anew'), 'it is told');
  await sendDatagrams(udp, [messageOf('yes')]);
  await untilMetric(listener, received, 1);
  expect(await listener.end()).toBe(0);
  expect(await storedLoads(storeOf(folder))).toEqual({ yes: 1 });
});

test('a sender of datagrams that sends too much loses some, one of a stream is slowed down and loses none', async () => {
  const folder = temporaryFolder();
  const listener = await startLive(listenArgs(folder, '--rate', '100'), { folder });
  const users = named('u', 250);
  const startedAt = performance.now();
  const stream = await connect(listener.ports['tcp']);
  // A hundred at once; each part after that has to wait for the one before it.
  for (let sent = 50; sent <= users.length; sent += 50) {
    stream.write(
      users
        .slice(sent - 50, sent)
        .map((user) => `${messageOf(user)}\n`)
        .join(''),
    );
    await untilMetric(listener, `${received}{transport="tcp"}`, sent);
  }
  expect(performance.now() - startedAt).toBeGreaterThan(500);
  await sendDatagrams(listener.ports['udp'], users.map(messageOf));
  await untilMetric(listener, dropped('rate'), 50);
  await listener.end('SIGKILL');
});

test('more connections than there may be are refused', async () => {
  const folder = temporaryFolder();
  const listener = await startLive(listenArgs(folder, '--max-connections', '2'), { folder });
  const [one] = [await connect(listener.ports['tcp']), await connect(listener.ports['relp'])];
  await untilMetric(listener, 'modtally_listen_connections', 2);
  const third = await connect(listener.ports['tcp']);
  await once(third, 'close');
  one.write(`${messageOf('ann')}\n`);
  await untilMetric(listener, received, 1);
  expect((await listener.metrics())[dropped('connections')]).toBe(1);
  await listener.end('SIGKILL');
});

test('a full disk stops senders of streams, and once there is room all of theirs is stored', async () => {
  const folder = temporaryFolder();
  const disk = newSmallDisk('1m');
  const args = listenArgs(folder).map((arg) => (arg.endsWith('/journal') ? join(disk.folder, 'journal') : arg));
  const listener = await startLive([...args, '--feed-seconds', '3600'], { folder });
  const users = named('u', 20_000);
  const stream = await connect(listener.ports['tcp']);
  stream.write(users.map((user) => `${messageOf(user)}\n`).join(''));
  await untilMetric(listener, 'modtally_listen_journal_blocked', 1);
  await sendDatagrams(
    listener.ports['udp'],
    Array.from({ length: 3000 }, () => messageOf('lost')),
  );
  await untilMetric(listener, dropped('no room'), 1);
  await waitUntil(() => listener.said().includes('the journal cannot be written'), 'it is told');
  expect((await fetch(`http://127.0.0.1:${listener.ports['metrics']}/healthz`)).status).toBe(503);
  disk.remount('size=64m');
  await untilMetric(listener, `${received}{transport="tcp"}`, users.length);
  expect(await listener.end()).toBe(0);
  const { lost: _lost, ...stored } = await storedLoads(storeOf(folder));
  expect(stored).toEqual(once1(users));
});

test('a journal at its limit holds senders back, and goes on when the store has taken it', async () => {
  const folder = temporaryFolder();
  const store = join(folder, 'away/usage.duckdb');
  // Where the folder should be, a file is: the store cannot be made.
  writeFileSync(join(folder, 'away'), '');
  const args = [...listenArgs(folder, '--journal-limit', '1M'), '--store', `duckdb:${store}`];
  const listener = await startLive(args, { folder });
  const users = named('u', 20_000);
  const stream = await connect(listener.ports['tcp']);
  stream.write(users.map((user) => `${messageOf(user)}\n`).join(''));
  await untilMetric(listener, 'modtally_listen_journal_blocked', 1);
  await untilMetric(listener, 'modtally_listen_feeds_total{result="failed"}', 1);
  expect(listener.said()).toContain('not stored yet');
  rmSync(join(folder, 'away'));
  mkdirSync(join(folder, 'away'));
  listener.signal('SIGUSR2');
  await untilMetric(listener, 'modtally_listen_stored_total', 1000);
  expect((await listener.metrics())['modtally_listen_journal_bytes']).toBeLessThan(1024 * 1024);
  await listener.end('SIGKILL');
});

test('a second listener on one journal is refused, and one on that of a dead process is not', async () => {
  const folder = temporaryFolder();
  const listener = await startLive(listenArgs(folder), { folder });
  const second = await runCommand('modtally', listenArgs(folder), { cwd: folder });
  expect(second).toMatchObject({ status: 1 });
  expect(second.stderr).toContain(`is in use by process ${listener.pid}`);
  await listener.end('SIGKILL');
  const third = await startLive(listenArgs(folder), { folder });
  expect(await third.end()).toBe(0);
});

test.each([
  [[], 2, /nothing to listen on/],
  [['--tcp', 'x:y:z'], 2, /tcp is no address: x:y:z/],
  [['--udp', '127.0.0.1:0', '--allow', '10.0.0.0/99'], 2, /allow: 10\.0\.0\.0\/99 is neither/],
  [['--tls', '127.0.0.1:0'], 2, /TLS needs a certificate/],
  [['--tcp', '192.0.2.1:0'], 1, /cannot receive tcp on 192\.0\.2\.1:0/],
  [['--tcp', '127.0.0.1:0', '--max-message', '1G'], 2, /512K at the most/],
  [['--tcp', '127.0.0.1:0', '--journal', '/dev/null/journal'], 1, /cannot use the journal/],
])('modtally listen %j fails with status %i', async (args, status, message) => {
  const folder = temporaryFolder();
  const result = await runCommand('modtally', ['listen', '--journal', join(folder, 'j'), ...args], { cwd: folder });
  expect(result).toMatchObject({ status });
  expect(result.stderr).toMatch(message);
});

test('what arrives on a Unix socket is stored, and a socket that a killed listener left is in nobody’s way', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'log.sock');
  const args = listenArgs(folder, '--unix', path);
  await (await startLive(args, { folder })).end('SIGKILL');
  const listener = await startLive(args, { folder });
  const socket = createConnection({ path });
  socket.end(`${messageOf('ann')}\n`);
  await untilMetric(listener, received, 1);
  expect(await listener.end()).toBe(0);
  expect(await storedLoads(storeOf(folder))).toEqual({ ann: 1 });
});

test('a stop keeps what has arrived, and a store that is held keeps it for the next start', async () => {
  const folder = temporaryFolder();
  const store = join(folder, 'usage.duckdb');
  const args = [...listenArgs(folder), '--store', `duckdb:${store}`, '--feed-seconds', '3600'];
  writeFileSync(store, 'this is no store');
  const listener = await startLive(args, { folder });
  const users = named('u', 2000);
  const stream = await connect(listener.ports['tcp']);
  stream.write(users.map((user) => `${messageOf(user)}\n`).join(''));
  await untilMetric(listener, received, 1);
  expect(await listener.end()).toBe(0);
  expect(listener.said()).toContain('2000 messages wait in the journal for the next start');
  rmSync(store);
  const next = await startLive(args, { folder });
  expect(await next.end()).toBe(0);
  expect(await storedLoads(store)).toEqual(once1(users));
});

test('the metrics are those that docs, dashboard and rules name', async () => {
  const folder = temporaryFolder();
  const listener = await startLive(listenArgs(folder), { folder });
  const watcher = await startLive(['watch', '--metrics', '0', join(folder, 'x.log')], { folder });
  const namesOf = async ({ ports }: LiveCommand): Promise<string[]> => {
    const text = await (await fetch(`http://127.0.0.1:${ports['metrics']}/metrics`)).text();
    return [...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name ?? '');
  };
  const documented = (command: string): string[] => {
    const [, section = ''] = readFileSync(new URL(`../../docs/${command}.md`, import.meta.url), 'utf8').split(
      '## Metrics',
    );
    return [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => `modtally_${command}_${name}`);
  };
  const names = [...(await namesOf(listener)), ...(await namesOf(watcher))];
  expect(names.sort()).toEqual([...documented('listen'), ...documented('watch')].sort());
  for (const file of ['grafana-dashboard.json', 'modtally.rules.yml']) {
    const text = readFileSync(new URL(`../../monitoring/${file}`, import.meta.url), 'utf8');
    const used = [...text.matchAll(/modtally_(?:listen|watch)_\w+/g)].map(([name]) => name);
    expect(used.length).toBeGreaterThan(8);
    expect(used.filter((name) => !names.includes(name))).toEqual([]);
  }
  // Python reads it as JSON, as Grafana does.
  expect(
    spawnSync('python3', [
      '-m',
      'json.tool',
      new URL('../../monitoring/grafana-dashboard.json', import.meta.url).pathname,
    ]).status,
  ).toBe(0);
});
