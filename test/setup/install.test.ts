import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { expectFailure } from '../support/expect-failure.ts';
import { newSite } from '../support/site.ts';

const everything = ['lmod', 'modules', 'rsyslog', 'logrotate', 'cron', 'systemd'] as const;

test.each(everything)(
  'setup %s installs what it prints, readable by everybody, and the same again changes nothing',
  async (what) => {
    const site = newSite('duckdb');
    const root = join(site.folder, 'image');
    const printed = (await site.do('modtally', ['setup', what])).stdout;
    const install = ['setup', what, '--install', '--root', root];
    const script = `umask 077; exec "$@"`;
    const first = execFileSync('sh', ['-c', script, 'sh', process.execPath, 'bin/modtally', ...install], {
      stdio: 'pipe',
    });
    expect(first.toString()).toBe('');
    const again = await site.do('modtally', install);
    const files = again.stderr
      .trim()
      .split('\n')
      .map((line) => line.replace(/ unchanged$/, ''));
    for (const file of files) {
      expect(statSync(file).mode & 0o777).toBe(0o644);
      expect(statSync(dirname(file)).mode & 0o777).toBe(0o755);
      expect(printed).toContain(readFileSync(file, 'utf8').split('\n').slice(1, -1).join('\n'));
      expect(readdirSync(dirname(file)).filter((name) => name.startsWith('.'))).toEqual([]);
    }
  },
);

test("into a site's own SitePackage.lua the hook goes behind what is there, which is kept beside, and is brought up to date", async () => {
  const site = newSite('duckdb');
  const own = '-- our own\nlocal x = 1';
  const file = site.write('SitePackage.lua', own);
  chmodSync(file, 0o664);
  const install = (...args: string[]): Promise<{ stderr: string }> =>
    site.do('modtally', ['setup', 'lmod', '--install', '--folder', site.folder, ...args]);
  expect((await install('--cluster', 'alder')).stderr).toContain('SitePackage.lua.before-modtally');
  expect(readFileSync(`${file}.before-modtally`, 'utf8')).toBe(own);
  writeFileSync(file, `${readFileSync(file, 'utf8')}-- more of ours\n`);
  expect((await install('--cluster', 'birch')).stderr).toMatch(/updated\n$/);
  const text = readFileSync(file, 'utf8');
  expect(text).toMatch(/^-- our own\nlocal x = 1\n-- modtally .*birch.*-- modtally end\n-- more of ours\n$/s);
  expect(text).not.toContain('alder');
  expect(statSync(file).mode & 0o777).toBe(0o664);
  // Through a link, the file that is meant is written.
  const other = newSite('duckdb');
  symlinkSync(file, join(other.folder, 'SitePackage.lua'));
  await other.do('modtally', ['setup', 'lmod', '--install', '--folder', other.folder, '--cluster', 'cedar']);
  expect(readFileSync(file, 'utf8')).toContain('"cedar"');
});

test("a file that somebody has edited, or that is somebody else's, is left alone unless --force says so", async () => {
  const site = newSite('duckdb');
  const root = join(site.folder, 'image');
  const install = ['setup', 'cron', '--install', '--root', root];
  await site.do('modtally', install);
  const file = join(root, 'etc/cron.d/modtally');
  const edited = readFileSync(file, 'utf8').replace('17 2', '18 3');
  writeFileSync(file, edited);
  expectFailure(await site.run('modtally', install), 1, /cron\.d\/modtally has been edited/, /--force/);
  expect(readFileSync(file, 'utf8')).toBe(edited);
  const { stderr } = await site.do('modtally', [...install, '--force']);
  expect(stderr).toContain('modtally.before-modtally');
  expect(readFileSync(file, 'utf8')).toContain('17 2');
  expect(readFileSync(`${file}.before-modtally`, 'utf8')).toBe(edited);
  writeFileSync(file, '# ours\n');
  expectFailure(await site.run('modtally', install), 1, /was not written by modtally/, /--force/);
});

test('a folder that cannot be written, a user that is not there and senseless flags are told', async () => {
  const site = newSite('duckdb');
  writeFileSync(join(site.folder, 'file'), '');
  const below = join(site.folder, 'file', 'image');
  expectFailure(await site.run('modtally', ['setup', 'cron', '--install', '--root', below]), 1, /cannot write/, /^$/);
  const nobody = ['setup', 'rsyslog', '--install', '--user', 'no-such-user-here'];
  expectFailure(await site.run('modtally', nobody), 1, /needs a user no-such-user-here/, /useradd/);
  for (const [args, message] of [
    [['nothing'], /no setup nothing/],
    [['cron', '--to', 'host'], /setup cron takes no --to/],
    [['lmod', '--no-input'], /setup lmod takes no --no-input/],
    [['rsyslog', '--to', 'a"b'], /--to/],
    [['rsyslog', '--transport', 'pigeon'], /there is no pigeon/],
    [['rsyslog', '--port', '70000'], /--port/],
    [['cron', '--user', 'a b'], /--user/],
    [['lmod', '--cluster', 'a\nb'], /--cluster/],
    [['lmod', '--root', 'x'], /for --install/],
  ] as const) {
    expectFailure(await site.run('modtally', ['setup', ...args]), 2, message);
  }
});

test.each<{ flags: readonly string[] }>([{ flags: [] }, { flags: ['--watch'] }])(
  'the units of setup systemd $flags are sound, and hardened',
  async ({ flags }) => {
    const site = newSite('duckdb');
    const root = join(site.folder, 'image');
    await site.do('modtally', ['setup', 'systemd', ...flags, '--install', '--root', root]);
    const folder = join(root, 'etc/systemd/system');
    const units = readdirSync(folder).map((name) => join(folder, name));
    execFileSync('systemd-analyze', ['verify', '--man=no', ...units], { stdio: 'pipe' });
    const services = units.filter((unit) => unit.endsWith('.service'));
    expect(services).toHaveLength(1);
    // Exposure in tenths: what is called "OK" ends at five.
    execFileSync('systemd-analyze', ['security', '--offline=true', '--threshold=20', ...services], { stdio: 'pipe' });
    expect(existsSync(join(root, 'etc/sysusers.d/modtally.conf'))).toBe(true);
  },
);

test.each<{ flags: readonly string[] }>([
  { flags: [] },
  { flags: ['--no-input'] },
  { flags: ['--transport', 'relp', '--transport', 'tcp', '--port', '5140'] },
  { flags: ['--to', 'loghost', '--transport', 'udp'] },
  { flags: ['--to', 'loghost', '--transport', 'tls', '--ca', '/etc/ca "$1".pem'] },
  { flags: ['--to', 'loghost', '--transport', 'relp'] },
])('rsyslog takes what setup rsyslog $flags prints', async ({ flags }) => {
  const site = newSite('duckdb');
  const user = flags.includes('--to') ? [] : ['--user', 'root'];
  const { stdout } = await site.do('modtally', ['setup', 'rsyslog', ...flags, ...user]);
  const file = site.write('rsyslog.conf', stdout);
  const said = execFileSync('sh', ['-c', 'rsyslogd -N1 -f "$0" 2>&1', file], { encoding: 'utf8' });
  expect(said).not.toMatch(/error|warning/i);
});
