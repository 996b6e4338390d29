import { dayToIso } from '../../src/core/calendar-day.ts';
import type { Centre } from './centre.ts';
import { FIRST_DAY, SEED } from './data-version.ts';
import { jobsOfDay } from './jobs-of-day.ts';
import { createRandom } from './random.ts';

const DAYS = 395;
const LOADS_A_TALLY = 20;

/** Rows of join_user_module, thirteen months of a centre's first cluster; tab-separated, some thousands at once. */
export function* gen1Loads(centre: Centre, loads: number): Generator<string> {
  const [cluster] = centre.clusters;
  if (cluster === undefined) return;
  const random = createRandom(SEED);
  let id = 0;
  for (let index = 0; index < DAYS; index++) {
    const until = Math.round((loads * (index + 1)) / DAYS);
    const date = dayToIso(FIRST_DAY + index);
    const rows: string[] = [];
    for (const job of jobsOfDay(cluster, until - id, Math.ceil((until - id) / LOADS_A_TALLY), random)) {
      const time = new Date(job.second * 1000).toISOString().slice(11, 19);
      for (const _ of job.nodes) {
        for (const modulefile of job.environment) {
          if (id < until) rows.push(`${++id}\t${job.user + 1}\t${modulefile + 1}\t${date} ${time}\n`);
        }
      }
    }
    yield rows.join('');
  }
}
