import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLmod } from '../support/module-session.ts';
import { startRsyslog } from '../support/rsyslog.ts';
import { newSite, type Site } from '../support/site.ts';
import { waitUntil } from '../support/wait-until.ts';
import { writeHierarchy } from '../support/write-hook-trees.ts';

/** A site where Lmod finds the hook in its folder, and the variables of somebody who works there. */
async function newHookedSite(socket: string): Promise<{ site: Site; env: Record<string, string> }> {
  const site = newSite('duckdb');
  const { folder } = site;
  await site.do('modtally', ['setup', 'lmod', '--install', '--folder', folder, '--socket', join(folder, socket)]);
  const MODULEPATH = writeHierarchy(join(folder, 'modules'));
  return { site, env: { HOME: folder, LMOD_PACKAGE_PATH: folder, MODULEPATH } };
}

const modulesIn = (text: string): string[] => [...text.matchAll(/module=(\S+)/g)].map(([, name]) => name ?? '');

test('without a syslog, loading a module works and says nothing', async () => {
  const { env } = await newHookedSite('nowhere');
  const lmod = await openLmod(env);
  expect(await lmod.module('load', 'gcc', 'openmpi')).toBe('');
  expect(await lmod.module('list')).toMatch(/gcc\/12.*openmpi\/4/s);
});

test('a syslog that takes nothing more keeps a load waiting for a moment only', async () => {
  const { site, env } = await newHookedSite('full');
  // Bound, and never read: its queue is full after some messages.
  const socket = join(site.folder, 'full');
  const lmod = await openLmod(env);
  const { spawn } = await import('node:child_process');
  const holder = spawn('python3', [
    '-c',
    `import socket,time
s=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM); s.bind(${JSON.stringify(socket)}); time.sleep(600)`,
  ]);
  await waitUntil(() => existsSync(socket), 'the socket is there');
  try {
    execFileSync('python3', [
      '-c',
      `import socket
s=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM); s.setblocking(False); s.connect(${JSON.stringify(socket)})
try:
  while True: s.send(b'x')
except BlockingIOError: pass`,
    ]);
    const before = performance.now();
    expect(await lmod.module('load', 'gcc')).toBe('');
    expect(performance.now() - before).toBeLessThan(5000);
    expect(await lmod.module('list')).toContain('gcc/12');
  } finally {
    holder.kill('SIGKILL');
  }
});

test("hooks of the site's own go on working, whether they stand before or behind ours", async () => {
  const { site, env } = await newHookedSite('dev-log');
  const file = join(site.folder, 'SitePackage.lua');
  const own = (name: string): string =>
    `require("Hook").register("load", function(t) io.stderr:write("${name} ", t.modFullName, "\\n") end)\n`;
  const ours = readFileSync(file, 'utf8');
  for (const text of [own('before') + ours, ours + own('behind')]) {
    writeFileSync(file, text);
    const lmod = await openLmod({ ...env, MODTALLY_TRACKING: 'tell' });
    const said = await lmod.module('load', 'gcc');
    expect(said).toMatch(/^(before|behind) gcc\/12$/m);
    expect(modulesIn(said)).toEqual(['gcc/12']);
  }
});

test('a hook that stands in two files counts each load once', async () => {
  const { site, env } = await newHookedSite('dev-log');
  const config = join(site.folder, 'config');
  mkdirSync(config);
  writeFileSync(join(config, 'lmod_config.lua'), readFileSync(join(site.folder, 'SitePackage.lua')));
  const lmod = await openLmod({ ...env, LMOD_CONFIG_DIR: config, MODTALLY_TRACKING: 'tell' });
  expect(modulesIn(await lmod.module('load', 'gcc', 'openmpi'))).toEqual(['gcc/12', 'libfabric/1', 'openmpi/4']);
});

test('what no user has asked for is told apart, and what is no load is not told', async () => {
  const { site, env } = await newHookedSite('dev-log');
  const told = { ...env, MODTALLY_TRACKING: 'tell', LMOD_SYSTEM_DEFAULT_MODULES: 'needs' };
  const lmod = await openLmod(told);
  const loads = async (...args: readonly string[]): Promise<string[]> =>
    [...(await lmod.module(...args)).matchAll(/module=(\S+) .* userload=(\w+)/g)].map(
      ([, name, asked]) => `${name} ${asked}`,
    );
  expect(await loads('reset')).toEqual(['libfabric/1 no', 'needs/1 no']);
  expect(await loads('load', 'gcc')).toEqual(['gcc/12 yes']);
  expect(await loads('load', 'openmpi')).toEqual(['libfabric/1 no', 'openmpi/4 yes']);
  expect(await loads('load', 'gcc')).toEqual(['gcc/12 yes']);
  expect(await loads('swap', 'gcc', 'intel')).toEqual(['intel/24 yes', 'openmpi/4 no']);
  expect(await loads('save', 'mine')).toEqual([]);
  for (const args of [['update'], ['refresh'], ['avail'], ['spider', 'gcc'], ['show', 'gcc'], ['unload', 'needs']]) {
    expect(await loads(...args)).toEqual([]);
  }
  expect(await loads('load', 'broken')).toEqual([]);
  expect(await loads('load', 'sticky', 'nowhere')).toEqual([]);
  expect(await loads('load', 'sticky')).toEqual(['sticky/1 yes']);
  expect(await loads('purge')).toEqual([]);
  expect(await loads('restore', 'mine')).toEqual(
    expect.arrayContaining(['intel/24 yes', 'openmpi/4 yes', 'libfabric/1 no']),
  );
  await lmod.set('MODTALLY_TRACKING', 'no');
  expect(await loads('load', 'gcc')).toEqual([]);
  expect(existsSync(join(site.folder, 'dev-log'))).toBe(false);
});

test.each(['rename', 'copytruncate'])(
  'a log that logrotate rotates by %s is in the store, each line once',
  async (way) => {
    const { site, env } = await newHookedSite('dev-log');
    const { folder } = site;
    const log = join(folder, 'moduleUsage.log');
    const collecting = await site.do('modtally', ['setup', 'rsyslog', '--no-input', '--log', log, '--user', 'root']);
    const rsyslog = await startRsyslog(join(folder, 'rsyslog'), collecting.stdout, join(folder, 'dev-log'));
    const choices = ['--log', log, '--user', 'root', ...(way === 'rename' ? [] : ['--copytruncate'])];
    const { stdout } = await site.do('modtally', ['setup', 'logrotate', ...choices]);
    const file = site.write('rotate.conf', stdout.replace(/systemctl kill.*/, `kill -HUP ${rsyslog.pid}`));
    const lmod = await openLmod(env);
    const lines = (path: string): number => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0);
    await lmod.module('load', 'gcc', 'openmpi');
    await waitUntil(() => lines(log) === 3, 'the log has three lines');
    // Imports in the middle see half of it: what they have seen counts once, under whatever name it comes again.
    await site.do('modtally', ['import', log]);
    await lmod.module('swap', 'gcc', 'intel');
    await waitUntil(() => lines(log) === 5, 'the log has five lines');
    execFileSync('logrotate', ['--force', '--state', join(folder, 'state'), file]);
    await lmod.module('load', 'needs');
    await waitUntil(() => lines(log) === 1, 'the new log has a line');
    const rotated = execFileSync('sh', ['-c', `ls ${log}-*`], { encoding: 'utf8' }).trim();
    expect(lines(rotated)).toBe(5);
    for (let night = 0; night < 2; night++) await site.do('modtally', ['import', rotated, log]);
    appendFileSync(log, '');
    const report = JSON.parse((await site.do('modtally', ['report', 'counts', '--format', 'json'])).stdout);
    expect(report.reduce((sum: number, row: { loads: number }) => sum + row.loads, 0)).toBe(6);
  },
);
