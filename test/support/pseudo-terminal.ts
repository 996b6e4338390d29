import { spawn } from 'node:child_process';

/**
 * Runs a shell command on a terminal of its own, as somebody who sits at it, and types each answer once its question
 * has appeared.
 * @returns all that was to be seen on the terminal, and the exit status
 */
export async function runOnTerminal(
  command: string,
  answers: readonly (readonly [question: string, answer: string])[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<{ screen: string; status: number | null }> {
  const child = spawn('script', ['--quiet', '--return', '--flush', '--command', command, '/dev/null'], {
    cwd: options.cwd,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: options.cwd,
      TZ: 'UTC',
      TERM: 'xterm',
      SHELL: '/bin/sh',
      ...options.env,
    },
  });
  let screen = '';
  let seen = 0;
  const waiting = [...answers];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    const next = waiting[0];
    const at = next === undefined ? -1 : screen.indexOf(next[0], seen);
    if (next === undefined || at < 0) return;
    waiting.shift();
    seen = at + next[0].length;
    child.stdin.write(`${next[1]}\r`);
  });
  child.stdin.on('error', () => {});
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { screen, status };
}
