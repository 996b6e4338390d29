import { spawnSync } from 'node:child_process';
import type { Diagnosis } from '../core/diagnosis.ts';

/** Whether the clock of this host is kept right; nothing where the host cannot tell. */
export function checkClock(): Diagnosis[] {
  const { status, stdout } = spawnSync('timedatectl', ['show', '--property=NTPSynchronized', '--value'], {
    encoding: 'utf8',
    timeout: 10_000,
  });
  if (status !== 0) return [];
  const isKept = stdout.trim() === 'yes';
  return [
    {
      check: 'clock',
      verdict: isKept ? 'ok' : 'warning',
      finding: isKept ? 'the clock is synchronized' : 'the clock is not synchronized: loads may count for a wrong day',
      mend: isKept ? '' : 'Have chrony or systemd-timesyncd run.',
    },
  ];
}
