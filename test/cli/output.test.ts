import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { runOnTerminal } from '../support/pseudo-terminal.ts';
import type { CommandResult } from '../support/run-command.ts';
import { runShell } from '../support/run-shell.ts';
import { createSite, type Site } from '../support/site.ts';
import { logText } from '../support/write-log.ts';

/** What becomes of output whose reader has gone, has no room, or is a terminal. */

const bin = fileURLToPath(new URL('../../bin', import.meta.url));

let site: Site;

beforeAll(async () => {
  site = createSite('duckdb');
  site.write('log', logText(Array.from({ length: 3000 }, (_, index) => ({ user: `user-${index}` }))));
  await site.do('modtally', ['import', 'log']);
  return site.close;
});

function shell(script: string): Promise<CommandResult> {
  const env = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, HOME: site.folder, TZ: 'UTC' };
  return runShell(script, { cwd: site.folder, env });
}

describe('a reader that has gone', () => {
  test.each([
    'modtally report usernames',
    'modtally report usernames --format json',
    'modtally parse log',
    'analyzeLmodDB usernames',
  ])('is no error, though there is more to print: %s | head -1', async (command) => {
    const { stdout, stderr } = await shell(`{ ${command}; echo "status $?" >&2; } | head -1`);
    expect(stdout.split('\n')).toHaveLength(2);
    expect(stderr.replace(/^analyzeLmodDB: duckdb:.*\n/, '')).toBe('status 0\n');
  });

  test.each([
    'modtally --help',
    'modtally import --help',
    'modtally --version',
    'modtally import --json log',
    'analyzeLmodDB --help',
    'createDB',
    'modtally init 2>&1',
  ])('is no error even before the first word: %s | true', async (command) => {
    const { stderr } = await shell(`{ sleep 0.3; ${command}; echo "status $?" >&2; } | true`);
    expect(stderr.replace(/^\w+: duckdb:.*\n/, '')).toBe('status 0\n');
  });

  test('does not keep a command from its work', async () => {
    site.write('doomed', logText([{ user: 'doomed', time: '2001-01-01T00:00:00Z' }]));
    await site.do('modtally', ['import', 'doomed']);
    const { stderr } = await shell(
      '{ sleep 0.3; delete_old_records --end 2002-01-01 --yes 2>&1; echo "status $?" >&2; } | true',
    );
    expect(stderr).toBe('status 0\n');
    const { stdout } = await site.do('modtally', ['report', 'usernames', '--user', 'doomed', '--format', 'json']);
    expect(JSON.parse(stdout)).toEqual([]);
  });
});

test('a full disk behind standard output is an error', async () => {
  const { stderr } = await shell('modtally report counts > /dev/full || echo "status $?" >&2');
  expect(stderr).toBe('modtally: cannot write to standard output: ENOSPC: no space left on device, write\nstatus 1\n');
});

describe('on a terminal', () => {
  const onTerminal = (command: string, env: Record<string, string> = {}): ReturnType<typeof runOnTerminal> =>
    runOnTerminal(`${process.execPath} ${bin}/${command}`, [], { cwd: site.folder, env });

  test('only tables have colours, and those can be done without', async () => {
    const bold = '\u001b[1mModule path';
    expect((await onTerminal('modtally report counts')).screen).toContain(bold);
    expect((await onTerminal('modtally report counts', { NO_COLOR: '' })).screen).toContain(bold);
    for (const command of [
      'modtally --help',
      'modtally nothing',
      'analyzeLmodDB counts',
      'modtally report counts|cat',
    ]) {
      expect((await onTerminal(command, { FORCE_COLOR: '1' })).screen).not.toContain('\u001b');
    }
    for (const format of ['json', 'csv', 'md']) {
      expect((await onTerminal(`modtally report counts --format ${format}`)).screen).not.toContain('\u001b');
    }
    for (const env of [{ NO_COLOR: '1' }, { NO_COLOR: '1', FORCE_COLOR: '1' }, { TERM: 'dumb' }]) {
      expect((await onTerminal('modtally report counts', env)).screen).not.toContain('\u001b');
    }
  });

  test('a table is no wider than that; through a pipe it is whole', async () => {
    const onWidth = async (width: number, command: string): Promise<string[]> => {
      const { screen } = await runOnTerminal(`stty cols ${width}; ${process.execPath} ${bin}/${command}`, [], {
        cwd: site.folder,
        env: { NO_COLOR: '1' },
      });
      return screen.split('\r\n').slice(0, 3);
    };
    const report = 'modtally report usernames --user user-7';
    const whole = await onWidth(200, report);
    expect(whole[2]).toMatch(/^\/apps\/gcc\/12\.2\.lua {2}gcc\/12\.2 {2}ls6 .* \d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    expect(await onWidth(60, report)).toEqual([
      'Module …  Module    Syshost  User    Loads  First       Last',
      '--------  --------  -------  ------  -----  ----------  ----------',
      '…2.2.lua  gcc/12.2  ls6      user-7      1  2024-11-11  2024-11-11',
    ]);
    expect(await onWidth(60, `${report} | cat`)).toEqual(whole);
  });

  test('a trend is drawn in blocks, and in numbers alone where there should be no decoration', async () => {
    const command = 'modtally report trend --start 2024-11-01 --end 2024-12-01';
    expect((await onTerminal(command)).screen).toMatch(/2024-11 +3000 +█{16} +3000 +█{16}\r\n/);
    expect((await onTerminal(command, { NO_COLOR: '1' })).screen).toMatch(/2024-11 +3000 +3000\r\n/);
    expect((await shell(`NO_COLOR= ${command}`)).stdout).toMatch(/2024-11 +3000 +3000\n/);
  });

  test('an import shows how far it is and clears that away; --quiet and --json do not', async () => {
    const log = Array.from({ length: 60_000 }, (_, index) => ({ user: `u${index % 50}`, module: `m/${index % 97}` }));
    site.write('big', logText(log));
    const { screen } = await onTerminal('modtally import big');
    expect(screen).toMatch(/\r\u001b\[K\[=* *\] [\d.]+ .?B of \d+\.\d MB, \d+k lines\/s, \d+ s left\r/);
    expect(screen).toMatch(/\r\u001b\[K1 file, 60,000 new lines/);
    site.write('big', logText([...log, { user: 'more' }]));
    expect((await onTerminal('modtally import --quiet big')).screen).toBe('');
    expect((await onTerminal('modtally import --json big')).screen).not.toContain('\u001b');
  });
});
