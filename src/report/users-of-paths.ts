import { compareText } from '../core/compare-text.ts';
import type { ResultTable } from '../core/result-table.ts';
import type { Store } from '../store/store.ts';
import { moduleColumn, pathColumn, syshostsColumn, useColumns, useMeasures, userColumn } from './columns.ts';
import { firstRows } from './first-rows.ts';
import type { ReportRequest } from './report.ts';

/** Who has loaded what: a row a path and user, in that order. */
export async function listUsersOfPaths(store: Store, { filter, limit }: ReportRequest): Promise<ResultTable> {
  const groups = await store.select({ by: ['path', 'user'], measures: useMeasures, filter });
  groups.sort((one, other) => compareText(one.path, other.path) || compareText(one.user, other.user));
  return {
    columns: [pathColumn, moduleColumn, syshostsColumn, userColumn, ...useColumns],
    rows: firstRows(groups, limit).map((group) => [
      group.path,
      group.modules[0] ?? null,
      group.syshosts,
      group.user,
      group.loads,
      group.first,
      group.last,
    ]),
  };
}
