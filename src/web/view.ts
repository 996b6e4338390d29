import type { KnownNames, Question } from '../app/report-desk.ts';
import { readTimeBound, reportNamed, timeRange } from '../app/run-report.ts';
import { escapeLike } from '../core/like-pattern.ts';
import type { ResultTable } from '../core/result-table.ts';
import { includesRole, type Role } from '../core/role.ts';
import type { UsageFilter } from '../core/usage-query.ts';
import { type House, hrefTo } from './house.ts';
import type { Call, Parameter, QueryValues } from './route.ts';

/** Filters that every view has, as they stand in its URL. */
export const viewParameters: Readonly<Record<string, Parameter>> = {
  cluster: { type: 'string', maxLength: 300, description: 'only this cluster' },
  start: { type: 'string', maxLength: 19, description: 'from this date on, YYYY-MM-DD' },
  end: { type: 'string', maxLength: 19, description: 'up to, and without, this date' },
};

/** A page that is being made for somebody: it asks for tables, and remembers which it has got. */
export interface View {
  readonly house: House;
  readonly role: Role;
  readonly query: QueryValues;
  /** The filters of the view, for the tables that it asks for. */
  readonly filter: UsageFilter;
  readonly names: KnownNames;
  /** All tables it was given so far. */
  readonly tables: readonly ResultTable[];
  /** @throws AppError */
  ask(report: string, ask?: Partial<Pick<Question, 'filter' | 'options' | 'limit'>>): Promise<ResultTable>;
  /** Whether whoever looks at it sees at least what a role sees. */
  isFor(role: Role): boolean;
  /** The URL of another view; the filters go along unless they are said anew. A value of null is left out. */
  href(path: string, query?: Readonly<Record<string, string | null>>): string;
}

/** Begins a page. @throws AppError BAD_DATE; STORE_ codes */
export async function beginView(house: House, { visitor, query }: Call): Promise<View> {
  const role = visitor.role ?? 'public';
  const tables: ResultTable[] = [];
  const cluster = textOf(query['cluster']);
  const filter: UsageFilter = {
    ...(cluster === null ? {} : { syshosts: [escapeLike(cluster)] }),
    ...timeRange(
      readTimeBound('start', textOf(query['start']) ?? undefined, house.zone),
      readTimeBound('end', textOf(query['end']) ?? undefined, house.zone),
    ),
  };
  return {
    house,
    role,
    query,
    filter,
    tables,
    names: await house.desk.readNames(role),
    async ask(report, { filter: more = {}, options = {}, limit = null } = {}) {
      const question = { report: reportNamed(report), filter: { ...filter, ...more }, options, limit };
      const table = await house.desk.answer(question, role);
      tables.push(table);
      return table;
    },
    isFor: (least) => includesRole(role, least),
    href(path, own = {}) {
      const kept = Object.fromEntries(Object.keys(viewParameters).map((name) => [name, textOf(query[name])]));
      const parameters = Object.entries({ ...kept, ...own }).filter(([, value]) => value !== null && value !== '');
      const search = new URLSearchParams(
        parameters.map(([name, value]): [string, string] => [name, String(value)]),
      ).toString();
      return hrefTo(house, path) + (search === '' ? '' : `?${search}`);
    },
  };
}

/** A value of a query; null where it is not given, or left empty in a form. */
export function textOf(value: QueryValues[string]): string | null {
  return value === undefined || value === '' ? null : String(value);
}
