import type { KnownNames, Moment, Question } from '../app/report-desk.ts';
import { readTimeBound, reportNamed, timeRange } from '../app/run-report.ts';
import type { ResultTable } from '../core/result-table.ts';
import { includesRole, type Role } from '../core/role.ts';
import type { UsageFilter } from '../core/usage-query.ts';
import type { Told } from './audit.ts';
import { hrefTo, type Site } from './house.ts';
import type { Parameter, QueryValues } from './route.ts';

/** Filters that every view has, as they stand in its URL. */
export const viewParameters: Readonly<Record<string, Parameter>> = {
  cluster: { type: 'string', maxLength: 300, description: 'only this cluster' },
  start: { type: 'string', maxLength: 19, description: 'from this date on, YYYY-MM-DD' },
  end: { type: 'string', maxLength: 19, description: 'up to, and without, this date' },
};

/** What a page is made for: who looks at it, and what its URL says. */
export interface Frame {
  readonly site: Site;
  readonly role: Role;
  readonly query: QueryValues;
  /** Whether whoever looks at it sees at least what a role sees. */
  isFor(role: Role): boolean;
  /** The URL of another view; the filters go along unless they are said anew. A value of null is left out, a list comes one by one. */
  href(path: string, query?: Readonly<Record<string, string | readonly string[] | null>>): string;
}

/** A page that is being made: it asks for tables, all of one moment, and remembers what it has asked and got. */
export interface View extends Frame {
  /** The filters of the view, for the tables that it asks for. */
  readonly filter: UsageFilter;
  readonly names: KnownNames;
  /** All that it asked so far, and was told. */
  readonly told: readonly Told[];
  /** @throws AppError */
  ask(report: string, ask?: Partial<Pick<Question, 'filter' | 'options' | 'limit'>>): Promise<ResultTable>;
}

export function frameOf(site: Site, { role, query }: Pick<Frame, 'role' | 'query'>): Frame {
  return {
    site,
    role,
    query,
    isFor: (least) => includesRole(role, least),
    href(path, own = {}) {
      const kept = Object.fromEntries(Object.keys(viewParameters).map((name) => [name, textOf(query[name])]));
      const parameters = Object.entries({ ...kept, ...own }).flatMap(([name, value]) =>
        [value ?? ''].flat().flatMap((each): [string, string][] => (each === '' ? [] : [[name, each]])),
      );
      const search = new URLSearchParams(parameters).toString();
      return hrefTo(site, path) + (search === '' ? '' : `?${search}`);
    },
  };
}

/** Begins a page. @throws AppError BAD_DATE; STORE_ codes */
export async function beginView(site: Site, moment: Moment, of: Pick<Frame, 'role' | 'query'>): Promise<View> {
  const { query } = of;
  const told: Told[] = [];
  const cluster = textOf(query['cluster']);
  const filter: UsageFilter = {
    ...(cluster === null ? {} : { exact: { syshosts: [cluster] } }),
    ...timeRange(
      readTimeBound('start', textOf(query['start']) ?? undefined, site.zone),
      readTimeBound('end', textOf(query['end']) ?? undefined, site.zone),
    ),
  };
  return {
    ...frameOf(site, of),
    filter,
    told,
    names: await moment.readNames(),
    async ask(report, { filter: more = {}, options = {}, limit = null } = {}) {
      const exact = { ...filter.exact, ...more.exact };
      const asked = { ...filter, ...more, exact };
      const table = await moment.ask({ report: reportNamed(report), filter: asked, options, limit });
      told.push({ filter: asked, table });
      return table;
    },
  };
}

/** A query without what was left empty: a form sends that, too. */
export function withoutEmpty(query: QueryValues): QueryValues {
  const kept: Record<string, QueryValues[string]> = {};
  for (const [name, value] of Object.entries(query)) {
    const texts = Array.isArray(value) ? value.filter((text) => text !== '') : null;
    if (texts === null ? value !== '' : texts.length > 0) kept[name] = texts ?? value;
  }
  return kept;
}

/** A value of a query; null where it is not given, or left empty in a form. */
export function textOf(value: QueryValues[string]): string | null {
  return value === undefined || value === '' ? null : String(value);
}
