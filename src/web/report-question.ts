import type { Question } from '../app/report-desk.ts';
import { patternFilter, readTimeBound, timeRange } from '../app/run-report.ts';
import { AppError } from '../core/app-error.ts';
import type { SiteZone } from '../core/site-zone.ts';
import type { Parameter, QueryValues } from './route.ts';

type Report = Question['report'];

const patterns = (description: string): Parameter => ({
  type: 'array',
  items: { type: 'string', maxLength: 2000 },
  maxItems: 50,
  description,
});

const date = (description: string): Parameter => ({ type: 'string', maxLength: 19, description });

/** What every report can be asked by. */
const filterParameters = {
  cluster: { type: 'string', maxLength: 300, description: 'only this cluster, by exactly this name' },
  syshost: patterns('only clusters that match this SQL LIKE pattern; repeatable'),
  module: patterns('only modules (name/version) that match; repeatable'),
  user: patterns('only users that match; repeatable'),
  start: date('from this date on, YYYY-MM-DD[ HH:MM[:SS]]'),
  end: date('up to, and without, this date'),
  limit: { type: 'integer', minimum: 0, maximum: 1_000_000_000, description: 'rows at the most' },
} as const satisfies Readonly<Record<string, Parameter>>;

/** What a report can be asked by: filters, and its own options. */
export function questionParameters({ patternOn, options = [] }: Report): Record<string, Parameter> {
  const own = options.map(({ name, hint, meaning, fallback }): [string, Parameter] => {
    const choices = /^[\w-]+(?:\|[\w-]+)+$/.test(hint) ? { enum: hint.split('|') } : {};
    return [name, { type: 'string', maxLength: 200, description: meaning, default: fallback, ...choices }];
  });
  return {
    ...filterParameters,
    pattern: patterns(`SQL LIKE pattern on the ${patternOn ?? 'path'}; repeatable`),
    ...Object.fromEntries(own),
  };
}

/**
 * The question that a query asks.
 * @throws AppError BAD_DATE, USAGE
 */
export function readQuestion(report: Report, query: QueryValues, zone: SiteZone): Question {
  const [pattern, user] = [textsOf(query['pattern']), textsOf(query['user'])];
  if (report.patternOn === 'user' && pattern.length > 0 && user.length > 0) {
    throw new AppError('USAGE', `in ${report.name}, pattern and user are the same`, { hint: 'Give one of them.' });
  }
  const cluster = textOf(query['cluster']);
  const own = (report.options ?? []).flatMap(({ name }) => {
    const value = query[name];
    return value === undefined ? [] : [[name, String(value)] as const];
  });
  return {
    report,
    filter: {
      syshosts: textsOf(query['syshost']),
      modules: textsOf(query['module']),
      users: user,
      paths: [],
      ...(cluster === undefined ? {} : { exact: { syshosts: [cluster] } }),
      ...(pattern.length === 0 ? {} : patternFilter(report, pattern)),
      ...timeRange(
        readTimeBound('start', textOf(query['start']), zone),
        readTimeBound('end', textOf(query['end']), zone),
      ),
    },
    limit: typeof query['limit'] === 'number' ? query['limit'] : null,
    options: Object.fromEntries(own),
  };
}

function textsOf(value: QueryValues[string]): readonly string[] {
  return Array.isArray(value) ? value : [];
}

/** A form sends what was left empty, too. */
function textOf(value: QueryValues[string]): string | undefined {
  return value === undefined || value === '' ? undefined : String(value);
}
