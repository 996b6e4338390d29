import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { waitUntil } from './wait-until.ts';

/** A rsyslogd of its own. It goes with the test. */
export interface Rsyslog {
  readonly pid: number;
  /** What it has complained of. */
  complaints(): string;
  /** Has it open its files anew, as logrotate does. */
  hup(): void;
  /** Ends it, as the system does at shutdown; resolves when it has. */
  stop(): Promise<void>;
}

/**
 * Starts one.
 * @param folder for its configuration and its queues
 * @param config besides what makes it live in its folder
 * @param socket where it takes the lines of this host, in place of /dev/log; null for none
 */
export async function startRsyslog(folder: string, config: string, socket: string | null): Promise<Rsyslog> {
  mkdirSync(folder, { recursive: true });
  const local =
    socket === null
      ? ''
      : `module(load="imuxsock" SysSock.Use="off")\ninput(type="imuxsock" Socket="${socket}" RateLimit.Interval="0")\n`;
  const file = join(folder, 'rsyslog.conf');
  const pidFile = join(folder, 'rsyslog.pid');
  const complaints = join(folder, 'complaints.log');
  // Its own messages tell what is wrong with a configuration.
  writeFileSync(
    file,
    `global(workDirectory="${folder}" processInternalMessages="on" maxMessageSize="64k")
if $syslogtag startswith "rsyslogd" then {
  action(type="omfile" file="${complaints}")
  stop
}
${local}${config}`,
  );
  const daemon = spawn('rsyslogd', ['-n', '-f', file, '-i', pidFile], { stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  daemon.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const hasEnded = new Promise<void>((resolve) => daemon.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    if (daemon.exitCode === null && daemon.signalCode === null) daemon.kill('SIGTERM');
    await hasEnded;
  };
  onTestFinished(stop);
  const read = (): string => stderr + (existsSync(complaints) ? readFileSync(complaints, 'utf8') : '');
  await waitUntil(() => {
    if (daemon.exitCode !== null) throw new Error(`rsyslogd ended: ${read()}`);
    return existsSync(pidFile) && (socket === null || existsSync(socket)) && /start/.test(read());
  }, 'rsyslogd runs');
  return { pid: daemon.pid ?? 0, complaints: read, hup: () => void daemon.kill('SIGHUP'), stop };
}

/** Says lines to a socket of rsyslogd's under the tag of Lmod's hook, in order. */
export async function logLines(socket: string, lines: readonly string[]): Promise<void> {
  const logger = spawn('logger', ['-u', socket, '-t', 'ModuleUsageTracking', '-p', 'local7.info'], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  logger.stdin.end(`${lines.join('\n')}\n`);
  await new Promise((resolve) => logger.once('close', resolve));
}
