import type { KnownNames, Moment, Question, ReportDesk } from '../app/report-desk.ts';
import { reportNamed } from '../app/run-report.ts';
import type { ResultTable } from '../core/result-table.ts';
import type { Role } from '../core/role.ts';
import { usersIn } from './audit.ts';
import type { Site } from './house.ts';
import { HttpFault } from './http-fault.ts';
import { pages } from './pages.ts';
import type { QueryValues } from './route.ts';
import { beginView } from './view.ts';

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
   * @throws AppError; HttpFault where there is no such thing
   */
  do(job: Job, isUrgent: boolean): Promise<Done>;
  close(): Promise<void>;
}

/** Does jobs in this process. */
export function createJobDoer(desk: ReportDesk, site: Site): JobDoer {
  return {
    async do(job) {
      const done = await desk.atOnce(job.role, async (moment) => {
        try {
          return { state: moment.state, product: await produce(job, moment, site) };
        } catch (error) {
          // No fault of the store's.
          if (error instanceof HttpFault) return error;
          throw error;
        }
      });
      if (done instanceof HttpFault) throw done;
      return done;
    },
    close: async () => {},
  };
}

async function produce(job: Job, moment: Moment, site: Site): Promise<Products[Job['kind']]> {
  switch (job.kind) {
    case 'names':
      return moment.readNames();
    case 'table':
      return moment.ask({ ...job.question, report: reportNamed(job.question.report) });
    case 'page': {
      const page = pages.find(({ path }) => path === job.path);
      if (page === undefined) throw new HttpFault(404, 'NOT_FOUND', 'there is nothing here');
      const view = await beginView(site, moment, job);
      const { title, kind = null, place, body, filters } = await page.content(view);
      return { title, kind, place, body: body.text, filters: filters?.text ?? '', users: usersIn(view.tables) };
    }
  }
}
