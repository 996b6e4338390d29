import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';
import { waitUntil } from './wait-until.ts';

/** A real rsyslogd that takes what `logger` says to its socket. It ends with the test. */
export interface Rsyslog {
  /** Its /dev/log. */
  readonly socket: string;
  readonly pid: number;
  /** Says lines under the tag of Lmod's hook, in order. */
  log(lines: readonly string[]): Promise<void>;
  hup(): void;
}

/** @param actions what it does with each message, as in rsyslog.conf */
export async function startRsyslog(actions: string, modules: readonly string[] = []): Promise<Rsyslog> {
  const folder = temporaryFolder();
  const socket = join(folder, 'log');
  const pidFile = join(folder, 'pid');
  mkdirSync(join(folder, 'spool'));
  writeFileSync(
    join(folder, 'rsyslog.conf'),
    `global(workDirectory="${folder}/spool" maxMessageSize="64k")
module(load="imuxsock" SysSock.Use="off")
${modules.map((name) => `module(load="${name}")`).join('\n')}
input(type="imuxsock" Socket="${socket}" RateLimit.Interval="0" UseSpecialParser="off" ParseHostname="off")
${actions}
`,
  );
  const child: ChildProcess = spawn('rsyslogd', ['-n', '-f', join(folder, 'rsyslog.conf'), '-i', pidFile], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr?.on('data', (text: Buffer) => {
    said += text.toString();
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  onTestFinished(async () => {
    child.kill('SIGTERM');
    const late = sleep(5000).then(() => child.kill('SIGKILL'));
    await Promise.race([ended, late]);
    await ended;
  });
  await waitUntil(() => existsSync(socket) || child.exitCode !== null, `rsyslogd is ready\n${said}`);
  if (child.exitCode !== null) throw new Error(`rsyslogd ended with status ${child.exitCode}\n${said}`);
  return {
    socket,
    pid: child.pid ?? 0,
    async log(lines) {
      const logger = spawn('logger', ['-u', socket, '-t', 'ModuleUsageTracking', '-p', 'local7.info'], {
        stdio: ['pipe', 'ignore', 'inherit'],
      });
      logger.stdin.end(`${lines.join('\n')}\n`);
      await new Promise((resolve) => logger.once('close', resolve));
    },
    hup: () => void child.kill('SIGHUP'),
  };
}
