import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freePort } from '../support/mariadb-server.ts';
import { openLmod } from '../support/module-session.ts';
import { startRsyslog } from '../support/rsyslog.ts';
import { newSite, type Site } from '../support/site.ts';
import { type LiveCommand, listenArgs, startLive } from '../support/start-listener.ts';
import { waitUntil } from '../support/wait-until.ts';
import { oddName, writeHierarchy } from '../support/write-hook-trees.ts';

/** What a module setup prints. */
async function setupText(site: Site, ...args: readonly string[]): Promise<string> {
  return (await site.do('modtally', ['setup', ...args])).stdout;
}

/** How many loads `workWithLmod` makes. */
const LOADS = 11;

/** A session in which somebody works with Lmod, whose hook tells a syslog socket. */
async function workWithLmod(site: Site, socket: string): Promise<void> {
  const { folder } = site;
  await site.do('modtally', ['setup', 'lmod', '--install', '--folder', folder, '--socket', socket]);
  const lmod = await openLmod({
    HOME: folder,
    LMOD_PACKAGE_PATH: folder,
    LMOD_SYSHOST: 'alder',
    MODULEPATH: writeHierarchy(join(folder, 'modules')),
  });
  await lmod.module('load', 'gcc', 'openmpi');
  await lmod.module('swap', 'gcc', 'intel');
  await lmod.module('load', 'tcl');
  await lmod.module('load', 'sticky');
  await lmod.module('spider');
  await lmod.module('purge');
  await lmod.set('SLURM_JOB_ID', '4711');
  await lmod.set('SLURM_JOB_ACCOUNT', 'physics');
  await lmod.module('load', 'needs');
  // Last: Lmod itself cannot go on with such a name among its loaded modules.
  await lmod.module('load', oddName);
}

/** Expects that the loads of such a session are in a store, each once. */
async function expectSession(site: Site, ...store: readonly string[]): Promise<void> {
  const { stdout } = await site.do('modtally', ['export', ...store, '--format', 'jsonl', '--output', '-']);
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const told = rows.map(
    (row) =>
      `${row.module} ${row.loads} ${row.direct_loads}+${row.dependency_loads} ${row.job_loads} ${row.syshost} ${row.user}`,
  );
  expect(told.sort()).toEqual([
    'gcc/12 1 1+0 0 alder amora',
    'intel/24 1 1+0 0 alder amora',
    'libfabric/1 3 0+3 1 alder amora',
    'needs/1 1 1+0 1 alder amora',
    `${oddName}/1 1 1+0 1 alder amora`,
    'openmpi/4 1 0+1 0 alder amora',
    'openmpi/4 1 1+0 0 alder amora',
    'sticky/1 1 1+0 0 alder amora',
    'tcl/2 1 1+0 0 alder amora',
  ]);
}

async function untilAllAreStored(command: LiveCommand, name: string): Promise<void> {
  await waitUntil(
    async () => (await command.metrics())[`modtally_${name}_stored_total`] === LOADS,
    () => `all loads are stored\n${command.said()}`,
  );
  expect(await command.end()).toBe(0);
}

test.each(['udp', 'tcp', 'relp'] as const)(
  'each load of a session with Lmod is in the store, once, over %s from one rsyslog to another and into a file',
  async (transport) => {
    const site = newSite('duckdb');
    const { folder } = site;
    const [log, socket] = [join(folder, 'moduleUsage.log'), join(folder, 'dev-log')];
    const port = String(await freePort());
    const away = ['--transport', transport, '--port', port];
    await startRsyslog(
      join(folder, 'collector'),
      await setupText(site, 'rsyslog', ...away, '--log', log, '--user', 'root'),
      null,
    );
    await startRsyslog(join(folder, 'node'), await setupText(site, 'rsyslog', '--to', '127.0.0.1', ...away), socket);
    await workWithLmod(site, socket);
    const lines = (): number => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').length - 1 : 0);
    await waitUntil(() => lines() >= LOADS, `all lines are in the log; there are ${lines()}`);

    const account = JSON.parse((await site.do('modtally', ['import', '--json', log])).stdout);
    expect(account).toMatchObject({ lines: LOADS, loads: LOADS, rejected: {}, skipped: {} });
    await expectSession(site);
  },
);

test.each(['udp', 'tcp', 'relp'] as const)(
  'each load of a session with Lmod is in the store, once, over %s from rsyslog to a listener',
  async (transport) => {
    const site = newSite('duckdb');
    const { folder } = site;
    const [socket, store] = [join(folder, 'dev-log'), ['--store', `duckdb:${join(folder, 'live.duckdb')}`]];
    const listener = await startLive(listenArgs(folder, ...store), { folder });
    const away = ['--transport', transport, '--port', String(listener.ports[transport])];
    await startRsyslog(join(folder, 'node'), await setupText(site, 'rsyslog', '--to', '127.0.0.1', ...away), socket);
    await workWithLmod(site, socket);
    await untilAllAreStored(listener, 'listen');
    await expectSession(site, ...store);
  },
);

test('each load of a session with Lmod is in the store, once, from a log that is watched', async () => {
  const site = newSite('duckdb');
  const { folder } = site;
  const [log, socket] = [join(folder, 'moduleUsage.log'), join(folder, 'dev-log')];
  const store = ['--store', `duckdb:${join(folder, 'live.duckdb')}`];
  const conf = await setupText(site, 'rsyslog', '--no-input', '--log', log, '--user', 'root');
  await startRsyslog(join(folder, 'node'), conf, socket);
  const watcher = await startLive(['watch', '--every', '1', '--metrics', '0', ...store, log], { folder });
  await workWithLmod(site, socket);
  await untilAllAreStored(watcher, 'watch');
  await expectSession(site, ...store);
});
