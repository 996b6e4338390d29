import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: Readable;
}

export interface TimedRun {
  /** From the start of the process to its exit. */
  readonly seconds: number;
  readonly stdout: string;
}

const bin = fileURLToPath(new URL('../../../../bin', import.meta.url));

/** Runs a program to its end. @throws Error with what it said, where its exit status is not 0 */
export function runTimed(program: string, args: readonly string[], options: RunOptions = {}): Promise<TimedRun> {
  const { env, input } = options;
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const child = spawn(program, args, {
      env: env ?? process.env,
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    let seconds = 0;
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.once('error', reject);
    child.once('exit', () => {
      seconds = (performance.now() - startedAt) / 1000;
    });
    child.once('close', (status) => {
      if (status === 0) resolve({ seconds, stdout: Buffer.concat(stdout).toString('utf8') });
      else
        reject(new Error(`${program} ${args.join(' ')}: status ${status}\n${Buffer.concat(stderr).toString('utf8')}`));
    });
    if (input !== undefined && child.stdin !== null) pipeline(input, child.stdin).catch(reject);
  });
}

/** Runs a command of the built project as a site does, with nothing of this machine's user but the PATH. */
export function runCommand(name: string, args: readonly string[], options: RunOptions = {}): Promise<TimedRun> {
  const env = { PATH: process.env['PATH'] ?? '', TZ: 'UTC', MODTALLY_CONFIG: '/dev/null', ...options.env };
  return runTimed(process.execPath, [`${bin}/${name}`, ...args], { ...options, env });
}
