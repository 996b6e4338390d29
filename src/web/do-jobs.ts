import type { Moment, ReportDesk } from '../app/report-desk.ts';
import { reportNamed } from '../app/run-report.ts';
import { usersIn } from './audit.ts';
import type { Site } from './house.ts';
import { HttpFault } from './http-fault.ts';
import type { Job, JobDoer, Products } from './job.ts';
import { pages } from './pages.ts';
import { beginView } from './view.ts';

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
    hurry: () => {},
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
      return { title, kind, place, body: body.text, filters: filters?.text ?? '', users: usersIn(view.told) };
    }
  }
}
