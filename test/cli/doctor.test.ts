import { appendFileSync, chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { unpackedPackage } from '../support/module-tools.ts';
import { type Rsyslog, startRsyslog } from '../support/rsyslog.ts';
import { newSite, type Site } from '../support/site.ts';

interface Finding {
  readonly check: string;
  readonly verdict: string;
  readonly finding: string;
  readonly mend: string;
}

/** A host with the whole chain: Lmod with its hook, rsyslog, a log, its rotation, a store. */
interface Host {
  readonly site: Site;
  readonly root: string;
  readonly log: string;
  readonly rsyslog: Rsyslog;
  setup(...args: readonly string[]): Promise<void>;
  doctor(...args: readonly string[]): Promise<{ status: number | null; verdict: string; findings: readonly Finding[] }>;
}

async function newHost(): Promise<Host> {
  const site = newSite('duckdb');
  const root = join(site.folder, 'root');
  const [log, socket] = [join(site.folder, 'moduleUsage.log'), join(site.folder, 'dev-log')];
  const setup = async (...args: readonly string[]): Promise<void> =>
    void (await site.do('modtally', ['setup', ...args, '--install', '--root', root]));
  await setup('lmod', '--folder', '/site', '--socket', socket, '--cluster', 'alder');
  await setup('rsyslog', '--no-input', '--log', log, '--user', 'root');
  await setup('logrotate', '--log', log, '--user', 'root');
  await site.do('modtally', ['init']);
  const rsyslog = await startRsyslog(
    join(site.folder, 'rsyslog'),
    readFileSync(join(root, 'etc/rsyslog.d/10-modtally.conf'), 'utf8'),
    socket,
  );
  const lmod = await unpackedPackage('lmod');
  const env = { LMOD_CMD: join(lmod, 'usr/share/lmod/lmod/libexec/lmod'), LMOD_PACKAGE_PATH: join(root, 'site') };
  return {
    site,
    root,
    log,
    rsyslog,
    setup,
    async doctor(...args) {
      const given = ['doctor', '--root', root, '--folder', '/site', '--json', ...args];
      const { status, stdout } = await site.run('modtally', given, { env });
      return { status, ...JSON.parse(stdout) };
    },
  };
}

function worst(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(({ verdict }) => verdict !== 'ok');
}

test('a test load goes from Lmod through rsyslog and the log into the store, and leaves nothing there', async () => {
  const { site, log, doctor } = await newHost();
  const line = `user=amora module=gcc/12 path=/gcc/12 cluster=alder time=${(Date.now() / 1000).toFixed(6)}`;
  writeFileSync(log, `2025-03-10T12:00:00+00:00 n1 ModuleUsageTracking: ${line}\n`);
  const { status, verdict, findings } = await doctor();
  const travel = findings.filter(({ check }) => check === 'travel').map(({ finding }) => finding);
  expect(travel).toEqual([
    expect.stringMatching(/^a test load was in .*moduleUsage\.log after \d+\.\d s$/),
    'it was in the store, and is out of it again',
  ]);
  expect(findings.find(({ check }) => check === 'hook')).toMatchObject({
    verdict: 'ok',
    finding: 'Lmod has it, for cluster alder',
  });
  expect(worst(findings).filter(({ check }) => check !== 'clock' && check !== 'imports')).toEqual([]);
  expect(status).toBe(verdict === 'ok' ? 0 : 1);
  expect(readFileSync(log, 'utf8')).toContain('modtally-doctor');
  // Neither now nor after the log was imported once more is there anything but what was there before.
  await site.do('modtally', ['import', log]);
  const clusters = JSON.parse((await site.do('modtally', ['report', 'counts', '--format', 'json'])).stdout);
  expect(clusters).toMatchObject([{ path: '/gcc/12', syshosts: ['alder'] }]);
  expect(clusters).toHaveLength(1);
});

test('a chain that is broken at rsyslog fails, with what to do about it, on 80 columns', async () => {
  const { site, root, rsyslog, doctor } = await newHost();
  await rsyslog.stop();
  const { status, findings } = await doctor('--wait', '1');
  expect(status).toBe(2);
  expect(findings.find(({ check }) => check === 'travel')).toMatchObject({
    verdict: 'failed',
    finding: expect.stringMatching(/could not be sent|did not come into/),
    mend: expect.stringContaining('rsyslog'),
  });
  const { stdout } = await site.run('modtally', ['doctor', '--quiet', '--wait', '0', '--root', root]);
  expect(stdout).toMatch(/^failed {3}travel {4}\S/m);
  expect(stdout).toMatch(/^ {19}-> \S/m);
  expect(stdout).not.toMatch(/^ok/m);
  const paths = /\/\S{40,}/;
  expect(stdout.split('\n').filter((line) => line.length > 80 && !paths.test(line))).toEqual([]);
});

test('a hook that Lmod does not find, is edited, or is not for everybody to read, is told', async () => {
  const { root, doctor, setup } = await newHost();
  const hook = join(root, 'site/SitePackage.lua');
  const text = readFileSync(hook, 'utf8');
  const hooks = async (): Promise<readonly Finding[]> =>
    worst((await doctor('--no-load')).findings).filter(({ finding }) => /SitePackage|Lmod/.test(finding));
  expect(await hooks()).toEqual([]);

  writeFileSync(hook, text.replace('local PATIENCE_MS = 100', 'local PATIENCE_MS = 900'));
  expect(await hooks()).toMatchObject([
    { check: 'setup', verdict: 'warning', finding: expect.stringContaining('has been edited') },
  ]);

  // As an older version would have left it.
  const { markText } = await import('../../src/setup/marked-text.ts');
  const choices = JSON.parse(/setup lmod (\{.*\}) sha256/.exec(text)?.[1] ?? '');
  writeFileSync(hook, markText({ text: '-- old\n', comment: '--' }, { name: 'lmod', version: '0.0.1', choices }));
  expect(await hooks()).toMatchObject([
    {
      check: 'setup',
      verdict: 'warning',
      finding: expect.stringContaining('of modtally 0.0.1 and out of date'),
      mend: expect.stringMatching(/^modtally setup lmod --cluster alder --socket \S+ --folder \/site --install$/),
    },
    { check: 'hook', verdict: 'failed', finding: 'Lmod loads modules and the hook says nothing' },
  ]);

  await setup('lmod', '--folder', '/site', '--cluster', 'alder');
  expect(await hooks()).toEqual([]);
  chmodSync(hook, 0o666);
  expect(await hooks()).toMatchObject([{ verdict: 'failed', mend: `chmod go-w ${hook}` }]);
  chmodSync(hook, 0o600);
  expect(await hooks()).toMatchObject([{ verdict: 'failed', mend: `chmod a+r ${hook}` }]);
});

test('rotation that loses lines, is wrong or is not there, is told', async () => {
  const { root, log, doctor, setup } = await newHost();
  const rotation = async (): Promise<Finding | undefined> =>
    (await doctor('--no-load')).findings.find(({ check }) => check === 'rotation');
  expect(await rotation()).toMatchObject({ verdict: 'ok' });
  await setup('logrotate', '--log', log, '--user', 'root', '--copytruncate');
  expect(await rotation()).toMatchObject({ verdict: 'warning', finding: expect.stringContaining('are lost') });
  const file = join(root, 'etc/logrotate.d/modtally');
  appendFileSync(file, `${log} {\n  nonsense-directive 7\n`);
  expect(await rotation()).toMatchObject({ verdict: 'failed' });
  writeFileSync(file, '# nothing\n');
  expect(await rotation()).toMatchObject({ verdict: 'warning', finding: expect.stringContaining('grows for ever') });
});

test('a store that is not there, a silent cluster, a load that is yet to come and an open password are told', async () => {
  const { site, doctor } = await newHost();
  const lineAt = (cluster: string, seconds: number): string =>
    `user=amora module=gcc/12 path=/gcc/12 cluster=${cluster} time=${seconds.toFixed(6)}\n`;
  const now = Date.now() / 1000;
  const log = site.write(
    'old.log',
    lineAt('alder', now) + lineAt('birch', now - 30 * 86_400) + lineAt('cedar', now + 86_400),
  );
  await site.do('modtally', ['import', log]);
  const loads = (await doctor('--no-load')).findings.filter(({ check }) => check === 'loads');
  expect(loads.map(({ verdict, finding }) => `${verdict} ${finding.slice(0, 5)}`)).toEqual([
    'warning cedar',
    'ok alder',
    'warning birch',
  ]);
  const config = site.write('open.toml', 'password = "secret"\n', 0o644);
  const open = (await doctor('--no-load', '--config', config)).findings.find(({ check }) => check === 'secrets');
  expect(open).toMatchObject({ verdict: 'warning', mend: `chmod 600 ${config}` });
  const missing = await doctor('--no-load', '--store', 'duckdb:nowhere.duckdb');
  expect(missing.findings.find(({ check }) => check === 'store')).toMatchObject({ verdict: 'failed' });
  expect(existsSync(join(site.folder, 'nowhere.duckdb'))).toBe(false);
  expect(missing.status).toBe(2);
});

test('a node that only sends needs no store', async () => {
  const { doctor, setup } = await newHost();
  await setup('rsyslog', '--to', 'loghost');
  const { findings, status } = await doctor();
  expect(findings.map(({ check }) => check)).not.toContain('store');
  expect(findings.find(({ check }) => check === 'travel')).toMatchObject({
    verdict: 'ok',
    finding: expect.stringContaining('syslog takes lines'),
  });
  expect(status).toBeLessThan(2);
});
