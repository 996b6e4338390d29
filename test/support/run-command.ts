import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What a command did. */
export interface CommandResult {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  /** Called with the process number as soon as there is one. */
  readonly onStart?: (pid: number) => void;
}

const bin = fileURLToPath(new URL('../../bin', import.meta.url));

/**
 * Runs a command of the built project as a user does, in an environment that has nothing of this machine's user:
 * home and working directory are `cwd`, the zone is UTC unless `env` says otherwise.
 */
export function runCommand(
  name: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { cwd = process.cwd(), env = {}, input = '' } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [`${bin}/${name}`, ...args], {
      cwd,
      env: { PATH: process.env['PATH'] ?? '', HOME: cwd, TZ: 'UTC', ...env },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('close', (status, signal) => resolve({ status, signal, stdout, stderr }));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    if (child.pid !== undefined) options.onStart?.(child.pid);
  });
}
