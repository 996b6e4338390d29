import { dayToIso } from '../../src/core/calendar-day.ts';
import type { UsageFilter, UsageQuery } from '../../src/core/usage-query.ts';
import type { Bench, Benchmark, Figure } from '../benchmark.ts';
import { FIRST_DAY } from '../data/data-version.ts';
import { type MadeStore, madeStore, withStore } from '../data/made-store.ts';
import { runCommand } from '../measure/run-timed.ts';
import { type Spread, spreadOf } from '../measure/spread.ts';

type Asked = Pick<UsageQuery, 'by' | 'measures'>;

/** What the reports ask the store. */
const counts: Asked = { by: ['path'], measures: ['users', 'modules', 'syshosts', 'loads', 'first', 'last'] };
const usersOfPaths: Asked = { by: ['path', 'user'], measures: ['modules', 'syshosts', 'loads', 'first', 'last'] };

const MS_OF_A_YEAR = 150;
const MS_OF_A_FILTER = 50;
const SECONDS_PER_DAY = 86_400;

interface Question {
  readonly what: string;
  readonly goalMs: number;
  readonly query: UsageQuery;
}

interface Timing extends Question {
  readonly rows: number;
  /** Milliseconds of the first time, and of those after it. */
  readonly cold: number;
  readonly warm: Spread;
}

/** Reports over the smaller store, in the engine and as a command, and how they grow with the larger one. */
export const askReports: Benchmark = {
  name: 'reports',
  async run(bench) {
    const small = await madeStore(bench, 1);
    const large = await madeStore(bench, 5);
    const ofSmall = await timeQuestions(bench, small);
    const ofLarge = await timeQuestions(bench, large);
    const inEngine = ofSmall.map(
      ({ what, goalMs, rows, cold, warm }): Figure => ({
        what: `${what}, in the engine`,
        unit: 'ms',
        measured: warm,
        goal: { kind: 'at most', value: goalMs },
        notes: { tallies: small.tallies, rows, 'the first time, ms': cold },
      }),
    );
    const asCommand: Figure = {
      what: 'counts over the whole year, as a command',
      unit: 'ms',
      measured: await timeCountsCommand(bench, small),
      goal: { kind: 'at most', value: 400 },
      notes: { tallies: small.tallies },
    };
    const growth = ofLarge.map(
      ({ what, rows, cold, warm }, index): Figure => ({
        what: `growth with five times the tallies: ${what}`,
        unit: 'times',
        measured: spreadOf([warm.median / (ofSmall[index]?.warm.median ?? Number.NaN)]),
        goal: { kind: 'at most', value: 5 },
        notes: { tallies: large.tallies, rows, ms: warm.median, 'the first time, ms': cold },
      }),
    );
    return [asCommand, ...inEngine, ...growth];
  },
};

/** `counts` of all usage, and reports with filters as staff ask them. */
function questionsAbout({ centre, days }: MadeStore): Question[] {
  const [cluster] = centre.clusters;
  // One of the busiest, who is there every day.
  const member = cluster?.members[5];
  const users = [centre.users[member?.user ?? 0] ?? ''];
  const path = [centre.modulefiles[member?.repertoire[0] ?? 0]?.path ?? ''];
  const paths = ['%gcc%'];
  const syshosts = [cluster?.syshost ?? ''];
  const year = { start: FIRST_DAY * SECONDS_PER_DAY, end: (FIRST_DAY + days) * SECONDS_PER_DAY };
  const month = { start: year.start, end: (FIRST_DAY + Math.min(31, days)) * SECONDS_PER_DAY };
  const ask = (what: string, goalMs: number, asked: Asked, filter: UsageFilter): Question => {
    return { what, goalMs, query: { ...asked, filter } };
  };
  return [
    ask('counts over the whole year', MS_OF_A_YEAR, counts, year),
    ask('counts over all time', MS_OF_A_YEAR, counts, {}),
    ask('counts of a pattern', MS_OF_A_FILTER, counts, { ...year, paths }),
    ask('counts of a cluster', MS_OF_A_FILTER, counts, { ...year, syshosts }),
    ask('counts of a month', MS_OF_A_FILTER, counts, month),
    ask('counts of a pattern, a cluster, a month', MS_OF_A_FILTER, counts, { ...month, paths, syshosts }),
    ask('modules_used_by of a user', MS_OF_A_FILTER, usersOfPaths, { ...year, users }),
    ask('usernames of a path', MS_OF_A_FILTER, usersOfPaths, { ...year, paths: path }),
  ];
}

/** How long the store needs for each question, in one process. */
function timeQuestions(bench: Bench, made: MadeStore): Promise<Timing[]> {
  return withStore(made.path, async (store) => {
    const timings: Timing[] = [];
    for (const question of questionsAbout(made)) {
      const ms: number[] = [];
      let rows = 0;
      for (let run = 0; run <= bench.size.runs * 3; run++) {
        const startedAt = performance.now();
        rows = (await store.select(question.query)).length;
        ms.push(performance.now() - startedAt);
      }
      const [cold = Number.NaN, ...warm] = ms;
      if (rows === 0) throw new Error(`${question.what}: without an answer there is no speed`);
      timings.push({ ...question, rows, cold, warm: spreadOf(warm) });
    }
    return timings;
  });
}

async function timeCountsCommand(bench: Bench, { path, days }: MadeStore): Promise<Spread> {
  const span = ['--start', dayToIso(FIRST_DAY), '--end', dayToIso(FIRST_DAY + days)];
  const ms: number[] = [];
  for (let run = 0; run < bench.size.runs * 2; run++) {
    const args = ['report', 'counts', '--format', 'csv', '--store', `duckdb:${path}`, ...span];
    ms.push((await runCommand('modtally', args)).seconds * 1000);
  }
  return spreadOf(ms);
}
