import { type Cluster, HEAVY_MEMBERS, type Member } from './centre.ts';
import type { Random } from './random.ts';

/** A member of a cluster on a day: what they load together, as one job or login does. */
export interface ActiveMember {
  readonly member: Member;
  /** Lists of modulefiles, by their place in the centre's. */
  readonly environments: readonly (readonly number[])[];
  /** Number of distinct modulefiles in all of them: the tallies of that day. */
  readonly tallies: number;
}

/** Who is there on a day: the heaviest users, and others until there are as many tallies as wanted, or everybody is. */
export function membersOfDay(cluster: Cluster, wantedTallies: number, random: Random): ActiveMember[] {
  const active: ActiveMember[] = [];
  let tallies = 0;
  for (const member of inRandomOrder(cluster.members, random)) {
    if (tallies >= wantedTallies) break;
    const environments = active.length < HEAVY_MEMBERS ? 6 : 1 + random.below(2);
    const found = activate(member, environments, wantedTallies - tallies, random);
    active.push(found);
    tallies += found.tallies;
  }
  return active;
}

/** The heaviest first, then the others as they come. */
function inRandomOrder(members: readonly Member[], random: Random): Member[] {
  const order = [...members];
  for (let place = order.length - 1; place > HEAVY_MEMBERS; place--) {
    const other = HEAVY_MEMBERS + random.below(place + 1 - HEAVY_MEMBERS);
    const [one, two] = [order[place], order[other]];
    if (one !== undefined && two !== undefined) {
      order[place] = two;
      order[other] = one;
    }
  }
  return order;
}

function activate(member: Member, count: number, mostTallies: number, random: Random): ActiveMember {
  const { repertoire } = member;
  const distinct = new Set<number>();
  const environments: number[][] = [];
  for (let index = 0; index < count; index++) {
    const start = random.below(repertoire.length);
    const size = Math.min(5 + random.below(10), repertoire.length);
    const environment: number[] = [];
    for (let step = 0; step < size; step++) {
      const modulefile = repertoire[(start + step) % repertoire.length] ?? 0;
      if (!distinct.has(modulefile) && distinct.size === mostTallies) continue;
      distinct.add(modulefile);
      environment.push(modulefile);
    }
    if (environment.length > 0) environments.push(environment);
  }
  return { member, environments, tallies: distinct.size };
}
