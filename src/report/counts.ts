import { compareText } from '../core/compare-text.ts';
import type { Cell } from '../core/result-table.ts';
import { moduleColumn, pathColumn, syshostsColumn, useColumns, useMeasures, usersColumn } from './columns.ts';
import { firstRows } from './first-rows.ts';
import type { Report } from './report.ts';

/** Distinct users of each modulefile: most users first, ties by path from the last to the first. */
export const counts: Report = {
  name: 'counts',
  summary: 'how many users each modulefile has',
  reading: 'Each user counts once for a path, however often and on however many clusters they loaded it.',
  example: "modtally report counts --pattern '%fftw%' --start 2025-01-01 --end 2025-02-01",
  async run(store, { filter, limit, allPaths }) {
    const groups = await store.select({ by: ['path'], measures: ['users', ...useMeasures], filter });
    const used = new Set(groups.map(({ path }) => path));
    const rows: (readonly Cell[])[] = groups.map((group) => [
      group.path,
      group.modules[0] ?? null,
      group.syshosts,
      group.users,
      group.loads,
      group.first,
      group.last,
    ]);
    for (const path of new Set(allPaths)) if (!used.has(path)) rows.push([path, null, [], 0, 0, null, null]);
    rows.sort((one, other) => Number(other[3]) - Number(one[3]) || compareText(String(other[0]), String(one[0])));
    return {
      columns: [pathColumn, moduleColumn, syshostsColumn, usersColumn, ...useColumns],
      rows: firstRows(rows, limit),
    };
  },
};
