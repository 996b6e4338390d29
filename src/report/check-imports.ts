import { compareText } from '../core/compare-text.ts';
import type { PastImport } from '../core/ledger.ts';
import { type Finding, good } from './finding.ts';

/** So many lines may be broken before somebody should look: a log that is cut at midnight has some. */
const MOST_REJECTED = 0.001;

/** Looks at what imports have made of their lines. */
export function checkImports(history: readonly PastImport[]): Finding[] {
  if (history.length === 0) return [good('imports', 'none on record')];
  const sum = (key: 'lines' | 'loads' | 'rejected' | 'already'): number =>
    history.reduce((total, past) => total + past[key], 0);
  const [lines, loads, rejected, already] = [sum('lines'), sum('loads'), sum('rejected'), sum('already')];
  const zones = [...new Set(history.map(({ zone }) => zone))].sort(compareText);
  const findings: Finding[] = [];
  const look = (check: string, finding: string, advice: string): void => {
    findings.push({ check, verdict: 'look', syshost: null, finding, advice });
  };
  if (lines > 0 && loads === 0) {
    look('imports', `no load in ${lines} lines`, 'See with "modtally parse FILE" what is read from them.');
  } else findings.push(good('imports', `${history.length}, of ${lines} lines with ${loads} loads`));
  const rejects = `${rejected} of ${lines} lines rejected (${percent(rejected, lines)})`;
  if (rejected > lines * MOST_REJECTED) {
    look('rejects', rejects, 'Look at the rejects file; "modtally parse FILE" says why, line by line.');
  } else findings.push(good('rejects', rejects));
  findings.push(
    good('repeats', `${already} lines were in already (${percent(already, lines + already)}), and passed over`),
  );
  if (zones.length > 1) {
    look('zones', `days counted in ${zones.join(', ')}`, 'Set tz once for all imports; days that were counted stay.');
  } else findings.push(good('zones', `days counted in ${zones[0]}`));
  return findings;
}

function percent(part: number, whole: number): string {
  return `${((whole === 0 ? 0 : part / whole) * 100).toFixed(2)} %`;
}
