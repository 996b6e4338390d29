import { createHash } from 'node:crypto';
import { compareText } from '../core/compare-text.ts';
import { groupBy } from '../core/group-by.ts';
import { namesOfRow } from '../core/pick-rows.ts';
import type { UsageBatch } from '../core/usage-batch.ts';
import type { UsageFilter, UsageRow } from '../core/usage-query.ts';
import type { Store } from '../store/store.ts';

const measures = ['loads', 'direct', 'dependency', 'jobs', 'first', 'last'] as const;

/** What a store has of a cluster on a day. Any load that is taken in makes it another one. */
export type ClusterFigures = UsageRow<'day' | 'syshost', (typeof measures)[number]>;

/** By day number, in order; of each day its clusters in order. */
export type DayFigures = ReadonlyMap<number, readonly ClusterFigures[]>;

/** What a store has of each day and cluster: one question, for which no row is handed out. */
export async function readDayFigures(store: Store, filter: UsageFilter = {}): Promise<DayFigures> {
  return inOrder(await store.select({ by: ['day', 'syshost'], measures, filter }));
}

/** Lets through what is of the days and clusters of some figures: a target may hold those of many sites. */
export function filterOf(figures: DayFigures): UsageFilter {
  const days = [...figures.keys()];
  const syshosts = new Set([...figures.values()].flatMap((ofDay) => ofDay.map(({ syshost }) => syshost)));
  return { days: [days[0] ?? 0, (days.at(-1) ?? -1) + 1], exact: { syshosts: [...syshosts] } };
}

/** Sixteen hexadecimal digits that are the same where the figures are. */
export function digestOf(figures: readonly ClusterFigures[]): string {
  const values = figures.map((figure) => [figure.syshost, ...measures.map((name) => figure[name])]);
  return createHash('sha256').update(JSON.stringify(values)).digest('hex').slice(0, 16);
}

/** The figures of some clusters on a day. */
export function figuresOn(figures: DayFigures, day: number, syshosts: readonly string[]): readonly ClusterFigures[] {
  return (figures.get(day) ?? []).filter(({ syshost }) => syshosts.includes(syshost));
}

export function loadsOf(figures: readonly ClusterFigures[]): number {
  return figures.reduce((sum, { loads }) => sum + loads, 0);
}

/** The figures that a store has which has these rows and no others. */
export class FiguresOfRows {
  readonly #clusters = new Map<string, { -readonly [field in keyof ClusterFigures]: ClusterFigures[field] }>();

  add(batch: UsageBatch): void {
    for (let row = 0; row < batch.length; row++) {
      const { syshost } = namesOfRow(batch, row).modulefile;
      const day = batch.day[row] ?? 0;
      const [first, last] = [batch.first[row] ?? 0, batch.last[row] ?? 0];
      const key = `${day} ${syshost}`;
      let figures = this.#clusters.get(key);
      if (figures === undefined) {
        figures = { day, syshost, loads: 0, direct: 0, dependency: 0, jobs: 0, first, last };
        this.#clusters.set(key, figures);
      }
      figures.first = Math.min(figures.first, first);
      figures.last = Math.max(figures.last, last);
      for (const name of ['loads', 'direct', 'dependency', 'jobs'] as const) figures[name] += batch[name][row] ?? 0;
    }
  }

  byDay(): DayFigures {
    return inOrder([...this.#clusters.values()]);
  }
}

function inOrder(figures: readonly ClusterFigures[]): DayFigures {
  const sorted = figures.toSorted((one, other) => one.day - other.day || compareText(one.syshost, other.syshost));
  return groupBy(sorted, ({ day }) => day);
}
