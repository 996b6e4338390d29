import { createHash } from 'node:crypto';
import type { SiteZone } from '../../core/site-zone.ts';
import type { UsageBatch } from '../../core/usage-batch.ts';
import { FittedNames } from './fitted-names.ts';
import type { NameColumn } from './schema.ts';
import { escapeField, fieldOf, NULL_FIELD } from './text-fields.ts';

/** The columns of a line, in this order; moduleT and the staging table have them all. */
export const usageColumns: readonly string[] = [
  'user',
  'path',
  'module',
  'syshost',
  'date',
  'tally_day',
  'tally_key',
  'first_time',
  'last_time',
  'loads',
  'direct_loads',
  'dependency_loads',
  'job_loads',
  'group_name',
  'host',
  'jobid',
];

/** More places than a vocabulary can have. */
const PLACES = 0x400_0000;

/** Turns the batches of one import into lines of fields; a tally's key is in hexadecimal digits. */
export class UsageLines {
  readonly #zone: SiteZone;
  readonly #names: FittedNames;
  /** By place of modulefile and user. Most pairs come again on other days, and hashing costs more than all else. */
  readonly #keys = new Map<number, string>();
  #groups: string[] = [];

  constructor(zone: SiteZone, columns: ReadonlyMap<string, NameColumn>) {
    this.#zone = zone;
    this.#names = new FittedNames(columns);
  }

  /** Values that had to be cut or changed to fit. */
  get cut(): number {
    return this.#names.cut;
  }

  /** To be called before the lines of a batch are asked for. */
  takeIn({ vocabulary }: UsageBatch): void {
    this.#names.takeIn(vocabulary);
    this.#groups.push(...vocabulary.groups.slice(this.#groups.length).map(escapeField));
  }

  /** What tells a row's tally from others of its day. */
  keyOf(batch: UsageBatch, row: number): string {
    const [user, modulefile] = [batch.user[row] ?? 0, batch.modulefile[row] ?? 0];
    const pair = modulefile * PLACES + user;
    let key = this.#keys.get(pair);
    if (key === undefined) {
      const { syshost, module, path } = this.#names.modulefiles[modulefile] ?? outside();
      const { name } = this.#names.users[user] ?? outside();
      key = createHash('md5').update(`${name}\0${syshost}\0${module}\0${path}`).digest('hex');
      this.#keys.set(pair, key);
    }
    return key;
  }

  /** @param key the tally's; null where each load is a row of its own */
  lineOf(batch: UsageBatch, row: number, key: string | null): string {
    const { day, first, last, loads, direct, dependency, jobs, detail } = batch;
    const user = this.#names.users[batch.user[row] ?? 0] ?? outside();
    const modulefile = this.#names.modulefiles[batch.modulefile[row] ?? 0] ?? outside();
    const date = this.#zone.toDateTime(first[row] ?? 0);
    const counts = `${loads[row]}\t${direct[row]}\t${dependency[row]}\t${jobs[row]}`;
    const group = this.#groups[batch.group[row] ?? -1] ?? NULL_FIELD;
    const place = detail === null ? NO_PLACE : `${fieldOf(detail.host[row])}\t${fieldOf(detail.jobid[row])}`;
    return `${user.text}\t${modulefile.text}\t${date}\t${day[row]}\t${key ?? NULL_FIELD}\t${first[row]}\t${last[row]}\t${counts}\t${group}\t${place}\n`;
  }
}

const NO_PLACE = `${NULL_FIELD}\t${NULL_FIELD}`;

function outside(): never {
  throw new RangeError('a row names what is not in its vocabulary');
}
