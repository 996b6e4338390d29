import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { waitUntil } from './wait-until.ts';

/** A `modtally listen` or `modtally watch` under test, as a user starts it. */
export interface LiveCommand {
  readonly pid: number;
  /** Everything it has said so far. */
  readonly said: () => string;
  /** Ports by transport, `metrics` among them. */
  readonly ports: Readonly<Record<string, number>>;
  signal(signal: NodeJS.Signals): void;
  /** Ends it by a signal and waits until it has ended. @returns its exit status */
  end(signal?: NodeJS.Signals): Promise<number | null>;
  /** What it tells Prometheus, by name and label: `modtally_listen_received_total{transport="udp"}`. */
  metrics(): Promise<Readonly<Record<string, number>>>;
}

export interface LiveOptions {
  readonly folder: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Sockets of its own, from descriptor 3 on. */
  readonly sockets?: readonly number[];
}

const bin = fileURLToPath(new URL('../../bin/modtally', import.meta.url));

/** Starts one, and waits until it is ready. It ends with the test. */
export async function startLive(args: readonly string[], { folder, env = {} }: LiveOptions): Promise<LiveCommand> {
  const child: ChildProcess = spawn(process.execPath, [bin, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, TZ: 'UTC', ...env },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  let status: number | null | undefined;
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      status = code;
      resolve(code);
    });
  });
  const end = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> => {
    if (status === undefined) child.kill(signal);
    return ended;
  };
  onTestFinished(async () => {
    await end('SIGKILL');
  });
  await waitUntil(
    () => said.includes(': ready\n') || status !== undefined,
    () => `it is ready:\n${said}`,
  );
  if (status !== undefined) throw new Error(`it ended with status ${status}\n${said}`);
  const ports: Record<string, number> = {};
  for (const [, transport = '', port] of said.matchAll(/(?:listening on (\w+) |metrics at http:\/\/)\S*:(\d+)/g)) {
    ports[transport || 'metrics'] = Number(port);
  }
  return {
    pid: child.pid ?? 0,
    said: () => said,
    ports,
    signal: (signal) => void child.kill(signal),
    end,
    async metrics() {
      const response = await fetch(`http://127.0.0.1:${ports['metrics']}/metrics`);
      const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
      return Object.fromEntries(
        lines.map((line) => {
          const at = line.lastIndexOf(' ');
          return [line.slice(0, at), Number(line.slice(at + 1))];
        }),
      );
    },
  };
}

/** The options of a listener with everything on loopback, on ports that nobody has, and its journal in a folder. */
export function listenArgs(folder: string, ...more: readonly string[]): string[] {
  const loopback = '127.0.0.1:0';
  return [
    ...['listen', '--udp', loopback, '--tcp', loopback, '--relp', loopback, '--metrics', '0'],
    ...['--journal', join(folder, 'journal'), '--feed-seconds', '1', ...more],
  ];
}
