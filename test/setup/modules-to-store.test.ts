import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openEnvironmentModules } from '../support/module-session.ts';
import { startRsyslog } from '../support/rsyslog.ts';
import { newSite } from '../support/site.ts';
import { waitUntil } from '../support/wait-until.ts';
import { writeFlatTree } from '../support/write-hook-trees.ts';

test('each load of a session with Environment Modules is in the store, once', async () => {
  const site = newSite('duckdb');
  const { folder } = site;
  const [log, socket] = [join(folder, 'moduleUsage.log'), join(folder, 'dev-log')];
  const collecting = await site.do('modtally', ['setup', 'rsyslog', '--no-input', '--log', log, '--user', 'root']);
  await startRsyslog(join(folder, 'rsyslog'), collecting.stdout, socket);
  const hook = ['--folder', folder, '--socket', socket, '--cluster', 'alder'];
  await site.do('modtally', ['setup', 'modules', '--install', ...hook]);
  const session = await openEnvironmentModules({
    HOME: folder,
    MODULES_SITECONFIG: join(folder, 'siteconfig.tcl'),
    MODULEPATH: writeFlatTree(join(folder, 'modules')),
  });
  await session.module('load', 'gcc/12');
  await session.module('load', 'gcc/12');
  await session.module('load', 'app');
  await session.module('switch', 'gcc/12', 'gcc/13');
  await session.module('load', 'sticky');
  await session.module('avail');
  await session.module('reload');
  await session.module('purge');
  await session.module('load', 'halfway');
  await session.set('MODTALLY_TRACKING', 'no');
  await session.module('load', 'gcc/12');
  await session.set('MODTALLY_TRACKING', '');
  await session.set('PBS_JOBID', '17.head');
  await session.module('load', 'needs');
  const lines = (): number => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').length - 1 : 0);
  await waitUntil(() => lines() >= 7, 'seven lines are in the log');

  const account = JSON.parse((await site.do('modtally', ['import', '--json', log])).stdout);
  expect(account).toMatchObject({ lines: 7, loads: 7, rejected: {}, skipped: {} });
  const { stdout } = await site.do('modtally', ['export', '--format', 'jsonl']);
  const told = stdout
    .trim()
    .split('\n')
    .map((line) => {
      const row = JSON.parse(line);
      return `${row.module} ${row.loads} ${row.direct_loads}+${row.dependency_loads} ${row.job_loads} ${row.syshost}`;
    });
  expect(told.sort()).toEqual([
    'app/1 1 1+0 0 alder',
    'gcc/12 1 1+0 0 alder',
    'gcc/13 1 1+0 0 alder',
    'libfabric/1 2 0+2 1 alder',
    'needs/1 1 1+0 1 alder',
    'sticky/1 1 1+0 0 alder',
  ]);
});
