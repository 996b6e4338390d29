import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnosis } from '../core/diagnosis.ts';

/** Whether a log is rotated, and loses nothing by it. */
export function checkRotation(log: string, root: string): Diagnosis[] {
  const folder = join(root, '/etc/logrotate.d');
  const files = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
  const file = files.find((path) => statSync(path).isFile() && readFileSync(path, 'utf8').includes(log));
  const found = (verdict: Diagnosis['verdict'], finding: string, mend: string): Diagnosis[] => [
    { check: 'rotation', verdict, finding, mend },
  ];
  if (file === undefined) {
    return found('warning', `nothing rotates ${log}: it grows for ever`, 'modtally setup logrotate --install');
  }
  const trial = spawnSync('logrotate', ['--debug', file], { encoding: 'utf8', timeout: 30_000 });
  const complaint = /^error: .*/m.exec(trial.stderr ?? '')?.[0];
  if (complaint !== undefined) return found('failed', `logrotate does not take ${file}: ${complaint}`, `Mend ${file}.`);
  if (/^\s*copytruncate\b/m.test(readFileSync(file, 'utf8'))) {
    return found(
      'warning',
      `${file} copies the log and cuts it: lines that come in between are lost`,
      'modtally setup logrotate --install, which renames it',
    );
  }
  return found('ok', `${log} is rotated by ${file}`, '');
}
