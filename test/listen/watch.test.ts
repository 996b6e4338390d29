import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rotationOf } from '../../src/listen/rotated-logs.ts';
import { loadOf, storedLoads } from '../support/live-loads.ts';
import { logLines, startRsyslog } from '../support/rsyslog.ts';
import { type LiveCommand, startLive } from '../support/start-listener.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitUntil } from '../support/wait-until.ts';

const once = (users: readonly string[]): Record<string, number> => Object.fromEntries(users.map((user) => [user, 1]));
const named = (prefix: string, count = 20): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);
const line = (user: string): string => `Nov 22 10:00:00 n1 ModuleUsageTracking: ${loadOf(user)}\n`;

function watch(folder: string, log: string): Promise<LiveCommand> {
  return startLive(['watch', '--every', '1', '--metrics', '0', log], { folder });
}

async function untilStored(watcher: LiveCommand, count: number): Promise<void> {
  await waitUntil(
    async () => {
      watcher.signal('SIGUSR2');
      return (await watcher.metrics())['modtally_watch_stored_total'] === count;
    },
    () => `${count} loads are stored\n${watcher.said()}`,
  );
}

const storeOf = (folder: string): string => join(folder, '.local/share/modtally/usage.duckdb');

/** Has the real logrotate rotate a log, now. */
function rotate(folder: string, log: string, how: string): void {
  const conf = join(folder, 'logrotate.conf');
  writeFileSync(conf, `${log} {\n  rotate 5\n  missingok\n  ${how}\n}\n`, { mode: 0o644 });
  execFileSync('logrotate', ['--force', '--state', join(folder, 'logrotate.state'), conf], { stdio: 'pipe' });
}

describe.each(['copytruncate', 'create', 'create\n  compress'])('a log that logrotate rotates by %s', (how) => {
  test('is in the store once, whatever is written before, between and behind', async () => {
    const folder = temporaryFolder();
    const log = join(folder, 'usage.log');
    writeFileSync(log, '', { mode: 0o644 });
    const socket = join(folder, 'dev-log');
    const rsyslog = await startRsyslog(join(folder, 'rsyslog'), `action(type="omfile" file="${log}")`, socket);
    const watcher = await watch(folder, log);
    const rounds = ['a', 'b', 'c'].map((prefix) => named(prefix));
    let sent = 0;
    for (const users of rounds) {
      await logLines(socket, users.map(loadOf));
      sent += users.length;
      await waitUntil(
        () => existsSync(log) && execFileSync('cat', [log]).includes(`user=${users.at(-1)} `),
        'it is written',
      );
      // Not awaited in the last round: what has not been looked at yet must not be lost.
      if (users !== rounds[2]) await untilStored(watcher, sent);
      rotate(folder, log, how);
      rsyslog.hup();
    }
    await untilStored(watcher, sent);
    expect(await watcher.end()).toBe(0);
    expect(readdirSync(folder).filter((name) => name.startsWith('usage')).length).toBeGreaterThan(1);
    expect(await storedLoads(storeOf(folder))).toEqual(once(rounds.flat()));
  });
});

test('a writer that goes on writing to the old file after it was rotated away is read to its end', async () => {
  const folder = temporaryFolder();
  const log = join(folder, 'usage.log');
  writeFileSync(log, line('first'));
  const watcher = await watch(folder, log);
  await untilStored(watcher, 1);
  // Into a folder that nobody looks into, as with olddir.
  execFileSync('mkdir', [join(folder, 'old')]);
  const moved = join(folder, 'old/usage.log.1');
  execFileSync('mv', [log, moved]);
  writeFileSync(log, line('new'));
  await untilStored(watcher, 2);
  appendFileSync(moved, line('late'));
  await untilStored(watcher, 3);
  execFileSync('rm', [moved]);
  expect(await watcher.end()).toBe(0);
  expect(await storedLoads(storeOf(folder))).toEqual(once(['first', 'new', 'late']));
});

test('what was rotated while nobody watched is found, and nothing is taken twice by the next one', async () => {
  const folder = temporaryFolder();
  const log = join(folder, 'usage.log');
  writeFileSync(log, named('a').map(line).join(''));
  const first = await watch(folder, log);
  await untilStored(first, 20);
  await first.end('SIGKILL');
  appendFileSync(log, line('b'));
  rotate(folder, log, 'create\n  compress');
  appendFileSync(log, line('c'));
  const second = await watch(folder, log);
  await untilStored(second, 2);
  expect(await second.end()).toBe(0);
  expect(await storedLoads(storeOf(folder))).toEqual(once([...named('a'), 'b', 'c']));
});

test('a log that is not there yet is told of, and followed once it is', async () => {
  const folder = temporaryFolder();
  const log = join(folder, 'usage.log');
  const watcher = await watch(folder, log);
  await waitUntil(() => watcher.said().includes(`${log} is not there yet`), 'it is told');
  writeFileSync(log, line('a'));
  await untilStored(watcher, 1);
  expect(await watcher.end()).toBe(0);
});

test('names that rotation gives are known, and others left alone', () => {
  const isOurs = rotationOf('usage.log');
  const ours = [
    'usage.log',
    'usage.log.1',
    'usage.log.2.gz',
    'usage.log-20250101',
    'usage.log-20250101-1735700000.zst',
  ];
  const others = [
    'usage.log.lock',
    'usage.log.new',
    'other.log',
    'usage.log.1.json',
    'usage.logs.1',
    'usage.log.1.gz.tmp',
  ];
  expect(
    [...ours, 'usage-20250101.log', 'usage.1.log.xz', 'usage.log.2025-01-01'].filter((name) => !isOurs(name)),
  ).toEqual([]);
  expect(others.filter(isOurs)).toEqual([]);
});
