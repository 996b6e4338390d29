import { compareText } from '../core/compare-text.ts';
import { UNKNOWN_SYSHOST } from '../core/load.ts';
import { type Finding, good } from './finding.ts';
import { hookAdvice } from './hook-advice.ts';

/** Loads of a cluster and group, and how many of them tell what. */
export interface ToldLoads {
  readonly syshost: string;
  readonly group: string | null;
  readonly loads: number;
  readonly direct: number;
  readonly dependency: number;
  readonly jobs: number;
}

/** Looks at what the log tells of loads beyond user and module: where a cluster tells nothing, reports must do without. */
export function checkFields(rows: readonly ToldLoads[]): Finding[] {
  const unknown = rows.filter(({ syshost }) => syshost === UNKNOWN_SYSHOST).reduce((sum, { loads }) => sum + loads, 0);
  const findings: Finding[] = [
    unknown === 0
      ? good('cluster', 'every load tells its cluster')
      : {
          check: 'cluster',
          verdict: 'look',
          syshost: UNKNOWN_SYSHOST,
          finding: `${unknown} loads do not tell their cluster`,
          advice: hookAdvice.syshost,
        },
  ];
  for (const { check, counts, what, advice } of fields) {
    const silent = [...new Set(rows.map(({ syshost }) => syshost))]
      .filter((syshost) => !rows.some((row) => row.syshost === syshost && counts(row) > 0))
      .sort(compareText);
    for (const syshost of silent) {
      findings.push({ check, verdict: 'lacks', syshost, finding: `no load tells ${what}`, advice });
    }
    if (silent.length === 0) findings.push(good(check, `loads tell ${what}`));
  }
  return findings;
}

const fields: readonly {
  readonly check: string;
  readonly counts: (row: ToldLoads) => number;
  readonly what: string;
  readonly advice: string;
}[] = [
  {
    check: 'direct',
    counts: ({ direct, dependency }) => direct + dependency,
    what: 'whether users asked for it',
    advice: hookAdvice.direct,
  },
  { check: 'jobs', counts: ({ jobs }) => jobs, what: 'of batch jobs', advice: hookAdvice.jobid },
  {
    check: 'groups',
    counts: ({ group, loads }) => (group === null ? 0 : loads),
    what: "the user's group",
    advice: hookAdvice.group,
  },
];
