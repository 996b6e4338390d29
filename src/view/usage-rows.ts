import { dayToIso } from '../core/calendar-day.ts';
import { namedRows } from '../core/named-row.ts';
import type { SiteZone } from '../core/site-zone.ts';
import type { UsageBatch } from '../core/usage-batch.ts';
import { csvText } from './csv.ts';
import { stringifySafely } from './json.ts';
import { shownText } from './shown-text.ts';

/** Rows of usage as text. */
export interface RowFormat {
  /** What stands before the first row. */
  readonly heading: string;
  /** Rows, a line each. */
  readonly format: (batch: UsageBatch) => string;
}

/** CSV: instants as ISO 8601 in the zone, texts as they may be shown. */
export function createUsageCsv(zone: SiteZone): RowFormat {
  const textOf = (text: string | null): string => (text === null ? '' : csvText(shownText(text)));
  const nameOf = remember(textOf);
  const dayOf = remember(dayToIso);
  return {
    heading: 'day,user,syshost,module,path,first,last,loads,direct,dependency,jobs,group,host,jobid\r\n',
    format(batch) {
      let text = '';
      for (const row of namedRows(batch)) {
        text += `${dayOf(row.day)},${nameOf(row.user)},${nameOf(row.syshost)},${nameOf(row.module)},${nameOf(row.path)},`;
        text += `${zone.toIso(row.first)},${zone.toIso(row.last)},${row.loads},${row.direct},${row.dependency},${row.jobs},`;
        text += `${nameOf(row.group)},${textOf(row.host)},${textOf(row.jobid)}\r\n`;
      }
      return text;
    },
  };
}

/** Dump records, which `modtally import` takes in again. */
export function createDumpRecords(): RowFormat {
  const textOf = (text: string | null): string => (text === null ? 'null' : stringifySafely(text));
  const nameOf = remember(textOf);
  return {
    heading: '',
    format(batch) {
      let text = '';
      for (const row of namedRows(batch)) {
        text += `{"user":${nameOf(row.user)},"path":${nameOf(row.path)},"module":${nameOf(row.module)},`;
        text += `"syshost":${nameOf(row.syshost)},"date":"${row.first}","last":${row.last},"loads":${row.loads},`;
        text += `"direct_loads":${row.direct},"dependency_loads":${row.dependency},"job_loads":${row.jobs},`;
        text += `"group":${nameOf(row.group)},"host":${textOf(row.host)},"jobid":${textOf(row.jobid)}}\n`;
      }
      return text;
    },
  };
}

/** A function that works each answer out once: names come again in a million rows. */
function remember<T>(work: (key: T) => string): (key: T) => string {
  const known = new Map<T, string>();
  return (key) => {
    let answer = known.get(key);
    if (answer === undefined) {
      answer = work(key);
      known.set(key, answer);
    }
    return answer;
  };
}
