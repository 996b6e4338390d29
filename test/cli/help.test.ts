import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { expectFailure } from '../support/expect-failure.ts';
import { newSite } from '../support/site.ts';

const commands = [
  'import',
  'listen',
  'watch',
  'parse',
  'report',
  'export',
  'migrate',
  'copy',
  'prune',
  'serve',
  'token',
  'reveal',
  'forget',
  'init',
  'setup',
  'doctor',
  'completion',
] as const;

/** The flags of the contract, by command. */
const flags: Readonly<Record<(typeof commands)[number], readonly string[]>> = {
  import: ['--all', '--delete', '--ignore', '--tz', '--rejects', '--strict', '--json'],
  listen: ['--udp', '--tcp', '--tls', '--relp', '--unix', '--journal', '--allow', '--metrics', '--all', '--ignore'],
  watch: ['--every', '--metrics', '--all', '--ignore', '--rejects'],
  parse: ['--tz', '--now'],
  export: ['--output', '--format', '--pattern', '--module', '--user', '--syshost', '--start', '--end'],
  report: ['--pattern', '--module', '--user', '--syshost', '--start', '--end', '--columns', '--limit', '--format'],
  migrate: ['--from', '--start', '--months', '--verify'],
  copy: ['--from', '--to', '--verify', '--merge', '--dry-run', '--json'],
  prune: ['--keep-months', '--archive', '--dry-run', '--yes'],
  serve: ['--listen', '--public', '--url', '--folder', '--directory'],
  token: ['--name', '--role', '--expires', '--folder'],
  reveal: ['--key', '--names'],
  forget: ['--archive', '--folder', '--dry-run', '--yes'],
  init: [],
  setup: ['--install', '--root', '--force', '--cluster', '--folder', '--to', '--transport', '--log', '--keep-months'],
  doctor: ['--log', '--folder', '--root', '--wait', '--no-load', '--json'],
  completion: [],
};

const commonFlags = ['--store', '--config', '--help', '--debug', '--quiet'];

test('modtally --help lists every command, with examples', async () => {
  const { stdout, stderr } = await newSite('duckdb').do('modtally', ['--help']);
  expect(stderr).toBe('');
  for (const command of commands) expect(stdout).toMatch(new RegExp(`^ {2}${command} +\\S`, 'm'));
  expect(stdout).toMatch(/\nExamples:\n {2}modtally import /);
  expect(stdout).toContain('--version');
});

test.each(commands)('modtally %s --help names its flags and shows it at work', async (command) => {
  const { stdout, stderr } = await newSite('duckdb').do('modtally', [command, '--help']);
  expect(stderr).toBe('');
  expect(stdout).toMatch(new RegExp(`^Usage: modtally ${command} `));
  for (const flag of [...flags[command], ...commonFlags]) expect(stdout).toContain(` ${flag}`);
  expect(stdout).toMatch(new RegExp(`\\nExamples?:\\n.*modtally ${command} `, 's'));
});

test('modtally report --help names every report, what it tells and a call of it', async () => {
  const { stdout } = await newSite('duckdb').do('modtally', ['report', '--help']);
  for (const name of ['counts', 'usernames', 'modules_used_by']) {
    expect(stdout).toMatch(new RegExp(`^ {2}${name} +\\S`, 'm'));
    expect(stdout).toMatch(new RegExp(`^ {2}modtally report ${name}`, 'm'));
  }
});

test('modtally --version prints the version of the package', async () => {
  const manifest: { version: string } = JSON.parse(
    readFileSync(fileURLToPath(new URL('../../package.json', import.meta.url)), 'utf8'),
  );
  const { stdout } = await newSite('duckdb').do('modtally', ['--version']);
  expect(stdout).toBe(`${manifest.version}\n`);
});

describe('wrong usage', () => {
  test.each([
    [['frobnicate'], /there is no command frobnicate/, /modtally --help/],
    [['import', '--nonsense', 'log'], /unknown option '--nonsense'/, /--help/],
    [['import', '--stor', 'x', 'log'], /unknown option '--stor'/, /Did you mean --store\?/],
    [['report', 'counts', '--format'], /--format <format>' argument missing/, /--help/],
    [['init', 'now'], /too many arguments/, /--help/],
    [['--frobnicate'], /unknown option '--frobnicate'/, /--help/],
  ] as const)('modtally %j is told in a line', async (args, message, hint) => {
    const result = await newSite('duckdb').run('modtally', args);
    expectFailure(result, 2, message, hint);
    expect(result.stdout).toBe('');
  });

  test('modtally alone prints help, as an error', async () => {
    const { status, stdout, stderr } = await newSite('duckdb').run('modtally', []);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^Usage: modtally /);
    expect(stderr).toMatch(/no command was given/);
  });

  test('the options of all commands may stand before the command', async () => {
    const site = newSite('duckdb');
    const url = 'duckdb:elsewhere.duckdb';
    expect((await site.run('modtally', ['--quiet', '--store', url, 'init'])).status).toBe(0);
    expect((await site.run('modtally', [`--store=${url}`, '--tz', 'UTC', 'report', 'counts'])).stdout).toMatch(
      /0 rows/,
    );
    expectFailure(await site.run('modtally', ['--store', url, 'frobnicate']), 2, /no command frobnicate/, /--help/);
    expectFailure(await site.run('modtally', ['--store']), 2, /no command was given|argument missing/, /--help/);
  });
});

// Other tests run at the same time: one quiet moment of three must be enough.
test('modtally --help answers within three times the time of node -e 0', { retry: 2 }, () => {
  const site = newSite('duckdb');
  const modtally = fileURLToPath(new URL('../../bin/modtally', import.meta.url));
  const milliseconds = (args: readonly string[]): number => {
    const before = performance.now();
    const { status } = spawnSync(process.execPath, args, { cwd: site.folder, env: { HOME: site.folder } });
    expect(status).toBe(0);
    return performance.now() - before;
  };
  const pairs = Array.from(
    { length: 7 },
    () => [milliseconds(['-e', '0']), milliseconds([modtally, '--help'])] as const,
  );
  const median = (times: readonly number[]): number => times.toSorted((one, other) => one - other)[3] ?? 0;
  expect(median(pairs.map(([, help]) => help))).toBeLessThan(3 * median(pairs.map(([node]) => node)));
});
