import { dayToIso } from '../../src/core/calendar-day.ts';
import { groupBy } from '../../src/core/group-by.ts';
import type { Centre, Cluster } from './centre.ts';
import { type Job, jobsOfDay } from './jobs-of-day.ts';
import type { Random } from './random.ts';

export interface LogShape {
  readonly lines: number;
  readonly days: number;
  /** Day number of the first. */
  readonly firstDay: number;
  /** Tallies that all lines come to, on average of the days. */
  readonly tallies: number;
}

const CHUNK_CHARACTERS = 1 << 20;
/** Part of the lines that come twice, to the microsecond: the network's doing. */
const REPEATED = 0.06;
const SECONDS_PER_DAY = 86_400;

/** The log of a centre's first cluster in order of time, as Lmod's hook and syslog write it; UTC. */
export function* logChunks(centre: Centre, shape: LogShape, random: Random): Generator<Buffer> {
  const [cluster] = centre.clusters;
  if (cluster === undefined) return;
  const writeLine = createLineWriter(centre, cluster);
  let text = '';
  let linesLeft = shape.lines;
  for (let index = 0; index < shape.days; index++) {
    let wanted = Math.round(linesLeft / (shape.days - index));
    linesLeft -= wanted;
    const loads = Math.ceil(wanted / (1 + REPEATED));
    const jobs = jobsOfDay(cluster, loads, Math.round(shape.tallies / shape.days), random);
    for (const [second, ofSecond] of groupBy(jobs, (job) => job.second)) {
      const seconds = (shape.firstDay + index) * SECONDS_PER_DAY + second;
      const stamp = syslogStamp(shape.firstDay + index, second);
      for (const load of loadsInOrder(ofSecond, random)) {
        const line = writeLine(stamp, seconds, load);
        for (let copies = random.next() < REPEATED ? 2 : 1; copies > 0 && wanted > 0; copies--) {
          text += line;
          wanted--;
        }
        if (text.length < CHUNK_CHARACTERS) continue;
        yield Buffer.from(text, 'latin1');
        text = '';
      }
    }
    linesLeft += wanted;
  }
  yield Buffer.from(text, 'latin1');
}

interface LoggedLoad {
  readonly user: number;
  readonly modulefile: number;
  readonly node: number;
  readonly microsecond: number;
}

/** The loads of the jobs of one second; each node loads a job's modules within some milliseconds. */
function loadsInOrder(jobs: readonly Job[], random: Random): LoggedLoad[] {
  const loads: LoggedLoad[] = [];
  for (const { user, environment, nodes } of jobs) {
    for (const node of nodes) {
      let microsecond = random.below(980_000);
      for (const modulefile of environment) {
        loads.push({ user, modulefile, node, microsecond });
        microsecond += 200 + random.below(1200);
      }
    }
  }
  return loads.sort((one, other) => one.microsecond - other.microsecond);
}

/** Writes lines out of parts that are made once. */
function createLineWriter(
  centre: Centre,
  { nodes, syshost }: Cluster,
): (stamp: string, seconds: number, load: LoggedLoad) => string {
  const beginnings = nodes.map((node) => ` ${node} ModuleUsageTracking: user=`);
  const modules = centre.modulefiles.map(({ module, path }) => ` module=${module} path=${path} host=`);
  const endings = nodes.map((node) => `${node}.${syshost}.hpc.example.org time=`);
  return (stamp, seconds, { user, modulefile, node, microsecond }) =>
    `${stamp}${beginnings[node]}${centre.users[user]}${modules[modulefile]}${endings[node]}${seconds}.${sixDigits(microsecond)}\n`;
}

function sixDigits(microsecond: number): string {
  return String(1_000_000 + Math.min(microsecond, 999_999)).slice(1);
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `Nov 11 00:00:19` */
function syslogStamp(day: number, second: number): string {
  const [, month, dayOfMonth] = dayToIso(day).split('-').map(Number);
  const two = (n: number): string => String(n).padStart(2, '0');
  const time = `${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
  return `${months[(month ?? 1) - 1]} ${String(dayOfMonth).padStart(2)} ${time}`;
}
