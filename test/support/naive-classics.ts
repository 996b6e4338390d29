import { compareText } from '../../src/core/compare-text.ts';
import type { Cell } from '../../src/core/result-table.ts';
import type { NaiveRow } from './naive-usage.ts';

/** The rows of the classic three reports by name, worked out from rows of usage without any cleverness. */
export const naiveClassics: Readonly<Record<string, (usage: readonly NaiveRow[]) => Cell[][]>> = {
  counts(usage) {
    const answer = groupsBy(usage, ({ path }) => path).map((rows) => [
      ...pathAndModules(rows),
      new Set(rows.map(({ user }) => user)).size,
      ...totals(rows),
    ]);
    return answer.sort((one, other) => Number(other[3]) - Number(one[3]) || compareText(`${other[0]}`, `${one[0]}`));
  },
  usernames: usersOfPaths,
  modules_used_by: usersOfPaths,
};

function usersOfPaths(usage: readonly NaiveRow[]): Cell[][] {
  const answer = groupsBy(usage, ({ path, user }) => JSON.stringify([path, user])).map((rows) => [
    ...pathAndModules(rows),
    rows[0]?.user ?? '',
    ...totals(rows),
  ]);
  return answer.sort(
    (one, other) => compareText(`${one[0]}`, `${other[0]}`) || compareText(`${one[3]}`, `${other[3]}`),
  );
}

function groupsBy(usage: readonly NaiveRow[], key: (row: NaiveRow) => string): NaiveRow[][] {
  const groups = new Map<string, NaiveRow[]>();
  for (const row of usage) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return [...groups.values()];
}

function pathAndModules(rows: readonly NaiveRow[]): Cell[] {
  const modules = rows.map(({ module }) => module).sort(compareText);
  const syshosts = [...new Set(rows.map(({ syshost }) => syshost))].sort(compareText);
  return [rows[0]?.path ?? '', modules[0] ?? '', syshosts];
}

function totals(rows: readonly NaiveRow[]): Cell[] {
  const loads = rows.reduce((sum, row) => sum + row.loads, 0);
  return [loads, Math.min(...rows.map(({ first }) => first)), Math.max(...rows.map(({ last }) => last))];
}
