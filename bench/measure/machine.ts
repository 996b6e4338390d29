import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';

/** Where and under what load figures were measured. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGib: number;
  readonly system: string;
  readonly node: string;
  readonly mariadb: string;
  /** Processes that wanted a core just before, averaged over a minute. */
  readonly load: number;
}

export function describeMachine(): Machine {
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    system: `${readSystemName()}, Linux ${release()}`,
    node: process.version,
    mariadb: readMariadbVersion(),
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
}

function readSystemName(): string {
  return /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown';
}

function readMariadbVersion(): string {
  const text = execFileSync('mariadbd', ['--version'], { encoding: 'utf8' });
  return /\d+\.\d+\.\d+/.exec(text)?.[0] ?? 'unknown';
}
