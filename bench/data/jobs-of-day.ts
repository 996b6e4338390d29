import { type Cluster, HEAVY_MEMBERS, NODES } from './centre.ts';
import { type ActiveMember, membersOfDay } from './members-of-day.ts';
import type { Random } from './random.ts';

/** A job or a login: modulefiles that are loaded on some nodes within one second. */
export interface Job {
  /** Of the day. */
  readonly second: number;
  /** Places in the centre's users and modulefiles, and in the cluster's nodes. */
  readonly user: number;
  readonly environment: readonly number[];
  readonly nodes: readonly number[];
}

/** With ten modulefiles on each, that is the busiest second of a real cluster: 3,700 lines. */
const MOST_NODES = 370;

/** The jobs of a cluster on a day, by time; they load as much as wanted, or somewhat more. */
export function jobsOfDay(cluster: Cluster, loads: number, tallies: number, random: Random): Job[] {
  const active = membersOfDay(cluster, tallies, random);
  const shares = sharesOf(active);
  const jobs = active.flatMap((member, place) => jobsOf(member, Math.ceil(loads * (shares[place] ?? 0)), random));
  return jobs.sort((one, other) => one.second - other.second);
}

/** Each one's part of the day's loads: the heavy have theirs every day, the others divide up what is left. */
function sharesOf(active: readonly ActiveMember[]): number[] {
  const sum = (members: readonly ActiveMember[]): number =>
    members.reduce((total, { member }) => total + member.share, 0);
  const heavy = sum(active.slice(0, HEAVY_MEMBERS));
  const light = sum(active.slice(HEAVY_MEMBERS));
  const scaleOfHeavy = light === 0 ? 1 / heavy : 1;
  const scaleOfLight = light === 0 ? 0 : (1 - heavy) / light;
  return active.map(({ member }, place) => member.share * (place < HEAVY_MEMBERS ? scaleOfHeavy : scaleOfLight));
}

function jobsOf({ member, environments }: ActiveMember, loads: number, random: Random): Job[] {
  const jobs: Job[] = [];
  for (let left = loads; left > 0; ) {
    const environment = environments[random.below(environments.length)];
    if (environment === undefined) break;
    const wanted = random.next() < 0.85 ? 1 : Math.ceil(2 * (1 - random.next()) ** (-1 / 1.1));
    const nodes = Math.min(wanted, MOST_NODES, Math.ceil(left / environment.length));
    const firstNode = random.below(NODES);
    jobs.push({
      second: secondOfWork(random),
      user: member.user,
      environment,
      nodes: Array.from({ length: nodes }, (_, node) => (firstNode + node) % NODES),
    });
    left -= nodes * environment.length;
  }
  return jobs;
}

/** Most work is done around noon, and some at any hour. */
function secondOfWork(random: Random): number {
  return Math.floor(((random.next() + random.next()) / 2) * 86_400);
}
