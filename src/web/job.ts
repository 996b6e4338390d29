import type { KnownNames, Question } from '../app/report-desk.ts';
import type { ResultTable } from '../core/result-table.ts';
import type { Role } from '../core/role.ts';
import type { QueryValues } from './route.ts';

/** Something to be worked out from the store for a role. It can be handed to another process. */
export type Job =
  | { readonly kind: 'page'; readonly role: Role; readonly path: string; readonly query: QueryValues }
  | { readonly kind: 'table'; readonly role: Role; readonly question: PlainQuestion }
  | { readonly kind: 'names'; readonly role: Role };

/** A question that names its report. */
export type PlainQuestion = Omit<Question, 'report'> & { readonly report: string };

/** The inside of a page, as HTML. */
export interface PageInside {
  readonly title: string;
  readonly kind: string | null;
  readonly place: string;
  readonly body: string;
  readonly filters: string;
  /** The persons who are named in it. */
  readonly users: readonly string[];
}

/** What comes of the jobs of each kind. */
export interface Products {
  readonly page: PageInside;
  readonly table: ResultTable;
  readonly names: KnownNames;
}

/** What has come of a job: all of it is of one moment. */
export interface Done<P = Products[Job['kind']]> {
  readonly state: string;
  readonly product: P;
}

/** Does jobs, here or elsewhere. */
export interface JobDoer {
  /**
   * @param isUrgent whether somebody waits for it
   * @throws AppError; HttpFault where there is no such thing, or too much else is asked for
   */
  do(job: Job, isUrgent: boolean): Promise<Done>;
  /** Somebody has come who waits for a job, which may not be begun yet. */
  hurry(job: Job): void;
  close(): Promise<void>;
}
