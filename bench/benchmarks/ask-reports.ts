import type { UsageFilter } from '../../src/core/usage-query.ts';
import { counts } from '../../src/report/counts.ts';
import { modulesUsedBy } from '../../src/report/modules-used-by.ts';
import type { Report } from '../../src/report/report.ts';
import { usernames } from '../../src/report/usernames.ts';
import type { Store } from '../../src/store/store.ts';
import { makeRequest } from '../../test/support/make-request.ts';
import type { Bench, Benchmark, Figure } from '../benchmark.ts';
import { FIRST_DAY } from '../data/data-version.ts';
import { type MadeStore, madeStore, withStore } from '../data/made-store.ts';
import { runCommand } from '../measure/run-timed.ts';
import { type Spread, spreadOf } from '../measure/spread.ts';

interface Question {
  readonly what: string;
  readonly report: Report;
  readonly filter: UsageFilter;
}

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
        what: `${what}, over five times the tallies, by the same over these`,
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
  // Neither the heaviest user nor the most popular modulefile.
  const users = [centre.users[cluster?.members[100]?.user ?? 0] ?? ''];
  const path = [centre.modulefiles[20]?.path ?? ''];
  return [
    { what: 'counts over the whole year', report: counts, filter: whole },
    { what: 'counts of a pattern', report: counts, filter: { ...whole, paths } },
    { what: 'counts of a cluster', report: counts, filter: { ...whole, syshosts } },
    { what: 'counts of a month', report: counts, filter: month },
    { what: 'counts of a pattern, a cluster, a month', report: counts, filter: { ...month, paths, syshosts } },
    { what: 'modules_used_by of a user', report: modulesUsedBy, filter: { ...whole, users } },
    { what: 'usernames of a path', report: usernames, filter: { ...whole, paths: path } },
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
    for (const { report, filter } of questions) {
      const timed = new TimedSelect(store);
      const { rows } = await report.run(timed.store, makeRequest({ filter }));
      for (let run = 0; run < bench.size.runs * 3; run++) {
        await report.run(timed.store, makeRequest({ filter }));
      }
      const [cold = Number.NaN, ...warm] = timed.ms;
      timings.push({ cold, warm: spreadOf(warm), rows: rows.length });
    }
    return timings;
  });
}

/** A store that notes how long each question takes. */
class TimedSelect {
  readonly ms: number[] = [];
  readonly store: Store;

  constructor(store: Store) {
    const select: Store['select'] = async (query) => {
      const startedAt = performance.now();
      const rows = await store.select(query);
      this.ms.push(performance.now() - startedAt);
      return rows;
    };
    this.store = Object.assign(Object.create(store), { select });
  }
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
