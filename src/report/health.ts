import { dayToIso } from '../core/calendar-day.ts';
import { compareText } from '../core/compare-text.ts';
import type { Store } from '../store/store.ts';
import { checkDays } from './check-days.ts';
import { checkFields } from './check-fields.ts';
import { checkImports } from './check-imports.ts';
import { syshostColumn } from './columns.ts';
import { type Finding, good } from './finding.ts';
import { firstRows } from './first-rows.ts';
import type { Report, ReportRequest } from './report.ts';
import { readSpan, type Span, STALE_DAYS } from './span.ts';

const MONTHS = 12;
/** So far clocks of nodes may be ahead. */
const SKEW_SECONDS = 300;

const order: readonly Finding['verdict'][] = ['look', 'lacks', 'good'];

/** Whether the data can be trusted: what is to be looked at first. */
export const health: Report = {
  name: 'health',
  summary: 'whether the data is sound: gaps, silence, rejects, repeats, clocks',
  reading:
    'What somebody should look at comes first (look), then what the log does not tell (lacks), then what is as it ' +
    'should be (good). A day counts as missing where most days of its weekday have loads; the newest day is never ' +
    'missing, it may be incomplete. Imports count from the beginning of the span on; those that ' +
    'brought nothing new are not on record.',
  example: 'modtally report health --start 2025-01-01',
  months: MONTHS,
  async run(store, request) {
    const span = await readSpan(store, request, MONTHS);
    const findings = span.extent === null ? [emptiness] : await check(store, request, span);
    findings.push(...checkImports((await store.readHistory()).filter(({ startedAt }) => startedAt >= span.start)));
    findings.sort((one, other) => order.indexOf(one.verdict) - order.indexOf(other.verdict));
    return {
      columns: [
        { key: 'check', title: 'Check', kind: 'text' },
        { key: 'verdict', title: 'Verdict', kind: 'text' },
        syshostColumn,
        { key: 'finding', title: 'Finding', kind: 'prose' },
        { key: 'advice', title: 'What to do', kind: 'prose' },
      ],
      rows: firstRows(findings, request.limit).map(({ check, verdict, syshost, finding, advice }) => [
        check,
        verdict,
        syshost,
        finding,
        advice,
      ]),
      notes: span.notes,
    };
  },
};

const emptiness: Finding = {
  check: 'newest',
  verdict: 'look',
  syshost: null,
  finding: 'the store holds no loads',
  advice: 'Take logs in with modtally import.',
};

async function check(store: Store, request: ReportRequest, span: Span): Promise<Finding[]> {
  const { filter } = span;
  const days = await store.select({ by: ['syshost', 'day'], measures: [], filter });
  const told = await store.select({
    by: ['syshost', 'group'],
    measures: ['loads', 'direct', 'dependency', 'jobs'],
    filter,
  });
  return [
    ...checkAge(request, span),
    ...checkDays(days, span.lastDay - 1),
    ...(await checkClocks(store, request)),
    ...checkFields(told),
  ];
}

/** Whether imports go on. Who asks about the past does not want to know. */
function checkAge({ filter, zone, now }: ReportRequest, { extent }: Span): Finding[] {
  if (extent === null || filter.end !== undefined) return [];
  const newest = zone.dayOf(extent.last);
  const age = zone.dayOf(now) - newest;
  if (age <= STALE_DAYS) return [good('newest', `the newest load is of ${dayToIso(newest)}`)];
  return [
    {
      check: 'newest',
      verdict: 'look',
      syshost: null,
      finding: `the newest load is of ${dayToIso(newest)}, ${age} days ago`,
      advice: 'See whether modtally import still runs, and whether logs still arrive.',
    },
  ];
}

/** Whether any clock is ahead. One that is behind cannot be told from a log that comes late. */
async function checkClocks(store: Store, { filter, zone, now }: ReportRequest): Promise<Finding[]> {
  const { end: _, ...others } = filter;
  const ahead = await store.select({
    by: ['syshost'],
    measures: ['loads', 'last'],
    filter: { ...others, start: now + SKEW_SECONDS },
  });
  if (ahead.length === 0) return [good('clocks', 'no load is from the future')];
  return ahead
    .sort((one, other) => compareText(one.syshost, other.syshost))
    .map(({ syshost, loads, last }) => ({
      check: 'clocks',
      verdict: 'look',
      syshost,
      finding: `${loads} loads from the future, up to ${zone.toDateTime(last)}`,
      advice: 'Check the clocks of its nodes, and the zone that its log is read by.',
    }));
}
