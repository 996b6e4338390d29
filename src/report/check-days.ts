import { dayToIso } from '../core/calendar-day.ts';
import { compareText } from '../core/compare-text.ts';
import { groupBy } from '../core/group-by.ts';
import { type Finding, good } from './finding.ts';
import { findGaps, type Gap } from './gaps.ts';

/** Shorter ones are as likely to be a quiet day of a small cluster. */
const LEAST_DAYS_OF_CLUSTER = 3;

/**
 * Looks for days without loads, and for clusters that have fallen silent.
 * @param rows the days on which each cluster had loads
 * @param until the last day on which loads are expected
 */
export function checkDays(
  rows: readonly { readonly syshost: string; readonly day: number }[],
  until: number,
): Finding[] {
  const gaps = findGaps(new Set(rows.map(({ day }) => day)), until);
  const findings: Finding[] = gaps.map((gap) => ({
    check: 'days',
    verdict: 'look',
    syshost: null,
    finding: `no loads on ${describe(gap)}`,
    advice: 'Import the logs of these days, if there are any.',
  }));
  if (findings.length === 0) findings.push(good('days', 'loads on every day that should have some'));
  const ofClusters = [...groupBy(rows, ({ syshost }) => syshost)]
    .sort(([one], [other]) => compareText(one, other))
    .flatMap(([syshost, ofCluster]) => checkCluster(syshost, new Set(ofCluster.map(({ day }) => day)), gaps, until));
  if (ofClusters.length === 0) ofClusters.push(good('clusters', 'no cluster is silent'));
  return [...findings, ...ofClusters];
}

function checkCluster(syshost: string, days: ReadonlySet<number>, all: readonly Gap[], until: number): Finding[] {
  const own = findGaps(days, until).filter(
    (gap) =>
      gap.missing >= LEAST_DAYS_OF_CLUSTER && !all.some(({ first, last }) => first <= gap.first && gap.last <= last),
  );
  return own.map((gap) => {
    const isSilent = ![...days].some((day) => day > gap.last);
    return {
      check: 'clusters',
      verdict: 'look',
      syshost,
      finding: isSilent ? `silent since ${dayToIso(gap.first)}` : `no loads on ${describe(gap)}`,
      advice: isSilent
        ? 'See whether its log still arrives, and its hook still logs.'
        : 'Import its logs of these days, if there are any.',
    };
  });
}

function describe({ first, last, missing }: Gap): string {
  return first === last ? dayToIso(first) : `${dayToIso(first)} to ${dayToIso(last)} (${missing} days)`;
}
