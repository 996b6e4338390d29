import type { UsageBatch } from '../../src/core/usage-batch.ts';
import type { Centre } from './centre.ts';
import { type ActiveMember, membersOfDay } from './members-of-day.ts';
import type { Random } from './random.ts';

const GROUPS = 200;
const SECONDS_PER_DAY = 86_400;

/** The tallies of a centre's day, as an import hands them to a store: as many as wanted, shared among its clusters. */
export function talliesOfDay(centre: Centre, day: number, tallies: number, random: Random): UsageBatch {
  const { clusters, users, modulefiles } = centre;
  const active = clusters.flatMap((cluster, index) => {
    const from = Math.round((tallies * index) / clusters.length);
    const to = Math.round((tallies * (index + 1)) / clusters.length);
    return membersOfDay(cluster, to - from, random);
  });
  const columns = new TallyColumns(active.reduce((sum, member) => sum + member.tallies, 0));
  for (const member of active) columns.add(member, day, random);
  const groups = Array.from({ length: GROUPS }, (_, group) => `G-${81_000 + group}`);
  return { ...columns, vocabulary: { users, modulefiles, groups }, detail: null };
}

class TallyColumns {
  length = 0;
  readonly day: Int32Array;
  readonly user: Int32Array;
  readonly modulefile: Int32Array;
  readonly group: Int32Array;
  readonly first: Float64Array;
  readonly last: Float64Array;
  readonly loads: Float64Array;
  readonly direct: Float64Array;
  readonly dependency: Float64Array;
  readonly jobs: Float64Array;

  constructor(rows: number) {
    this.day = new Int32Array(rows);
    this.user = new Int32Array(rows);
    this.modulefile = new Int32Array(rows);
    this.group = new Int32Array(rows);
    this.first = new Float64Array(rows);
    this.last = new Float64Array(rows);
    this.loads = new Float64Array(rows);
    this.direct = new Float64Array(rows);
    this.dependency = new Float64Array(rows);
    this.jobs = new Float64Array(rows);
  }

  add({ member, environments }: ActiveMember, day: number, random: Random): void {
    for (const modulefile of new Set(environments.flat())) {
      const row = this.length++;
      const first = random.below(SECONDS_PER_DAY);
      const loads = random.around(100);
      const direct = random.below(loads + 1);
      this.day[row] = day;
      this.user[row] = member.user;
      this.modulefile[row] = modulefile;
      this.group[row] = member.user % GROUPS;
      this.first[row] = day * SECONDS_PER_DAY + first;
      this.last[row] = day * SECONDS_PER_DAY + first + random.below(SECONDS_PER_DAY - first);
      this.loads[row] = loads;
      this.direct[row] = direct;
      this.dependency[row] = loads - direct;
      this.jobs[row] = random.below(loads + 1);
    }
  }
}
