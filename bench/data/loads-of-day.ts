import type { UsageBatch } from '../../src/core/usage-batch.ts';
import type { Centre } from './centre.ts';
import { jobsOfDay } from './jobs-of-day.ts';
import type { Random } from './random.ts';

const GROUPS = 200;
const SECONDS_PER_DAY = 86_400;
const LOADS_A_TALLY = 66;
const ROWS_AT_ONCE = 100_000;

/**
 * The loads of a centre's day, each a row of its own, as an import hands them to a store: as many as wanted or somewhat
 * more, shared among its clusters, some at once.
 */
export function* loadsOfDay(centre: Centre, day: number, loads: number, random: Random): Generator<UsageBatch> {
  const groups = Array.from({ length: GROUPS }, (_, group) => `G-${81_000 + group}`);
  const vocabulary = { users: centre.users, modulefiles: centre.modulefiles, groups };
  let rows = new LoadColumns();
  let job = day * 10_000;
  for (const cluster of centre.clusters) {
    const ofCluster = Math.round(loads / centre.clusters.length);
    for (const { second, user, environment, nodes } of jobsOfDay(
      cluster,
      ofCluster,
      Math.ceil(ofCluster / LOADS_A_TALLY),
      random,
    )) {
      const jobid = nodes.length > 1 || random.next() < 0.5 ? String(++job) : null;
      const at = day * SECONDS_PER_DAY + second;
      for (const node of nodes) {
        const host = `${cluster.nodes[node]}.${cluster.syshost}`;
        for (const [place, modulefile] of environment.entries()) {
          rows.add({ day, user, modulefile, group: user % GROUPS, at, isDirect: place === 0, host, jobid });
        }
      }
      if (rows.length < ROWS_AT_ONCE) continue;
      yield rows.toBatch(vocabulary);
      rows = new LoadColumns();
    }
  }
  if (rows.length > 0) yield rows.toBatch(vocabulary);
}

interface MadeLoad {
  readonly day: number;
  readonly user: number;
  readonly modulefile: number;
  readonly group: number;
  readonly at: number;
  readonly isDirect: boolean;
  readonly host: string;
  readonly jobid: string | null;
}

class LoadColumns {
  readonly #loads: MadeLoad[] = [];

  get length(): number {
    return this.#loads.length;
  }

  add(load: MadeLoad): void {
    this.#loads.push(load);
  }

  toBatch(vocabulary: UsageBatch['vocabulary']): UsageBatch {
    const loads = this.#loads;
    const integers = (read: (load: MadeLoad) => number): Int32Array => Int32Array.from(loads, read);
    const counts = (read: (load: MadeLoad) => number): Float64Array => Float64Array.from(loads, read);
    return {
      vocabulary,
      length: loads.length,
      day: integers(({ day }) => day),
      user: integers(({ user }) => user),
      modulefile: integers(({ modulefile }) => modulefile),
      group: integers(({ group }) => group),
      first: counts(({ at }) => at),
      last: counts(({ at }) => at),
      loads: counts(() => 1),
      direct: counts(({ isDirect }) => (isDirect ? 1 : 0)),
      dependency: counts(({ isDirect }) => (isDirect ? 0 : 1)),
      jobs: counts(({ jobid }) => (jobid === null ? 0 : 1)),
      detail: { host: loads.map(({ host }) => host), jobid: loads.map(({ jobid }) => jobid) },
    };
  }
}
