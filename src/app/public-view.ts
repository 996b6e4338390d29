import type { ResultTable } from '../core/result-table.ts';
import type { SiteZone } from '../core/site-zone.ts';
import type { UsageFilter } from '../core/usage-query.ts';
import { coarsenTable } from '../privacy/coarsen-table.ts';
import type { PublicCells } from '../privacy/public-cells.ts';
import { admitPublicQuestion } from '../privacy/public-reports.ts';
import { publicStore } from '../privacy/public-store.ts';
import type { Report } from '../report/report.ts';
import type { OptionTexts } from '../report/report-option.ts';
import type { Store } from '../store/store.ts';

export { publicReportNames } from '../privacy/public-reports.ts';

/** More rows than any report has. */
const ALL_ROWS = 1_000_000_000;

/**
 * The answer that the public gets to a question. It follows from the cells and nothing else; see docs/privacy.md.
 * @throws AppError USAGE where the public may not ask that
 */
export async function answerPublic(
  question: {
    readonly report: Report;
    readonly filter: UsageFilter;
    readonly options: OptionTexts;
    readonly limit: number | null;
  },
  context: {
    readonly store: Store;
    readonly cells: PublicCells;
    readonly leastUsers: number;
    readonly zone: SiteZone;
    readonly now: number;
  },
): Promise<ResultTable> {
  const { report, filter, options, limit } = question;
  const { store, cells, leastUsers, zone, now } = context;
  const admitted = admitPublicQuestion({ report: report.name, filter, options }, cells);
  const table = await report.run(publicStore(store, cells, zone), {
    filter: admitted.filter,
    options: admitted.options,
    // Which rows a limit lets through follows from figures that are not shown: it is applied to those that are.
    limit: ALL_ROWS,
    allPaths: [],
    zone,
    now,
    packageOf: (name) => ({ package: name, version: null }),
    directory: null,
    toolchainRules: async () => [],
  });
  return coarsenTable(table, leastUsers, limit);
}
