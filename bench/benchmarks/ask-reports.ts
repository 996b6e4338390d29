import type { UsageFilter, UsageQuery } from '../../src/core/usage-query.ts';
import type { Bench, Benchmark, Figure } from '../benchmark.ts';
import { FIRST_DAY } from '../data/data-version.ts';
import { type MadeStore, madeStore, withStore } from '../data/made-store.ts';
import { runCommand } from '../measure/run-timed.ts';
import { type Spread, spreadOf } from '../measure/spread.ts';

/** What a report asks the store. */
interface Question {
  readonly what: string;
  readonly query: UsageQuery;
}

const counts: Omit<UsageQuery, 'filter'> = {
  by: ['path'],
  measures: ['users', 'modules', 'syshosts', 'loads', 'first', 'last'],
};
const usersOfPaths: Omit<UsageQuery, 'filter'> = {
  by: ['path', 'user'],
  measures: ['modules', 'syshosts', 'loads', 'first', 'last'],
};

const SECONDS_PER_DAY = 86_400;

/** Reports over the smaller store, in the engine and as a command, and how they grow with the larger one. */
export const askReports: Benchmark = {
  name: 'reports',
  async run(bench) {
    const small = await madeStore(bench, 1);
    const large = await madeStore(bench, 5);
    const questions = questionsAbout(small);
    const ofSmall = await timeQuestions(bench, small, questions);
    const ofLarge = await timeQuestions(bench, large, questionsAbout(large));
    const command = await timeCountsCommand(bench, small);
    const tallies = { tallies: small.tallies };
    const figures: Figure[] = questions.map(({ what }, index) => ({
      what: `${what}, in the engine`,
      unit: 'ms',
      measured: ofSmall[index]?.warm ?? spreadOf([]),
      goal: { kind: 'at most', value: index === 0 ? 150 : 50 },
      notes: { ...tallies, rows: ofSmall[index]?.rows ?? 0, 'the first time, ms': ofSmall[index]?.cold ?? 0 },
    }));
    figures.splice(1, 0, {
      what: 'counts over the whole year, as a command',
      unit: 'ms',
      measured: command,
      goal: { kind: 'at most', value: 400 },
      notes: tallies,
    });
    for (const [index, { what }] of questions.entries()) {
      const [one, five] = [ofSmall[index]?.warm.median ?? 0, ofLarge[index]?.warm.median ?? 0];
      figures.push({
        what: `growth with five times the tallies: ${what}`,
        unit: 'times',
        measured: spreadOf([five / one]),
        goal: { kind: 'at most', value: 5 },
        notes: { tallies: large.tallies, ms: five, 'the first time, ms': ofLarge[index]?.cold ?? 0 },
      });
    }
    return figures;
  },
};

/** `counts` over everything, and reports with filters as staff ask them. */
function questionsAbout({ centre, days }: MadeStore): Question[] {
  const [cluster] = centre.clusters;
  const syshosts = [cluster?.syshost ?? ''];
  const paths = ['%gcc%'];
  const whole = { start: FIRST_DAY * SECONDS_PER_DAY, end: (FIRST_DAY + days) * SECONDS_PER_DAY };
  const month = { start: whole.start, end: (FIRST_DAY + Math.min(31, days)) * SECONDS_PER_DAY };
  // One of the busiest, who is there every day.
  const member = cluster?.members[5];
  const users = [centre.users[member?.user ?? 0] ?? ''];
  const path = [centre.modulefiles[member?.repertoire[0] ?? 0]?.path ?? ''];
  const ask = (what: string, asked: Omit<UsageQuery, 'filter'>, filter: UsageFilter): Question => {
    return { what, query: { ...asked, filter } };
  };
  return [
    ask('counts over the whole year', counts, whole),
    ask('counts of a pattern', counts, { ...whole, paths }),
    ask('counts of a cluster', counts, { ...whole, syshosts }),
    ask('counts of a month', counts, month),
    ask('counts of a pattern, a cluster, a month', counts, { ...month, paths, syshosts }),
    ask('modules_used_by of a user', usersOfPaths, { ...whole, users }),
    ask('usernames of a path', usersOfPaths, { ...whole, paths: path }),
  ];
}

interface Timing {
  readonly cold: number;
  readonly warm: Spread;
  readonly rows: number;
}

/** Milliseconds that the store needs for each question, in one process. */
function timeQuestions(bench: Bench, { path }: MadeStore, questions: readonly Question[]): Promise<Timing[]> {
  return withStore(path, async (store) => {
    const timings: Timing[] = [];
    for (const { query } of questions) {
      const ms: number[] = [];
      let rows = 0;
      for (let run = 0; run <= bench.size.runs * 3; run++) {
        const startedAt = performance.now();
        rows = (await store.select(query)).length;
        ms.push(performance.now() - startedAt);
      }
      const [cold = Number.NaN, ...warm] = ms;
      if (rows === 0) throw new Error('a question without an answer has no speed');
      timings.push({ cold, warm: spreadOf(warm), rows });
    }
    return timings;
  });
}

async function timeCountsCommand(bench: Bench, { path, days }: MadeStore): Promise<Spread> {
  const dateOf = (day: number): string => new Date(day * SECONDS_PER_DAY * 1000).toISOString().slice(0, 10);
  const span = ['--start', dateOf(FIRST_DAY), '--end', dateOf(FIRST_DAY + days)];
  const ms: number[] = [];
  for (let run = 0; run < bench.size.runs * 2; run++) {
    const args = ['report', 'counts', '--format', 'csv', '--store', `duckdb:${path}`, ...span];
    ms.push((await runCommand('modtally', args)).seconds * 1000);
  }
  return spreadOf(ms);
}
