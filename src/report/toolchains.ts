import { compareText } from '../core/compare-text.ts';
import { groupBy } from '../core/group-by.ts';
import type { ResultTable } from '../core/result-table.ts';
import { type Toolchain, toolchainOf } from '../core/toolchain.ts';
import type { Store } from '../store/store.ts';
import { firstRows } from './first-rows.ts';
import type { Report, ReportRequest } from './report.ts';
import { cellsOf, sumColumns, sumUp } from './usage-sums.ts';

/** Users and loads by tree, compiler and MPI: most users first, then by root, compiler and MPI. */
export const toolchains: Report = {
  name: 'toolchains',
  summary: 'which compilers and MPIs the modules in use were made with',
  reading:
    'A row for each tree of modules, compiler and MPI, as the paths of modulefiles tell them: in Lmod hierarchies, EasyBuild, Spack, OpenHPC and Cray trees. Modules that belong to no compiler have none. A site with other paths gives patterns of its own with the setting toolchains.',
  example: "modtally report toolchains --pattern '/opt/apps/%' --start 2025-01-01",
  run: countToolchains,
};

async function countToolchains(store: Store, { filter, limit, toolchainRules }: ReportRequest): Promise<ResultTable> {
  const rules = await toolchainRules();
  const uses = await store.select({ by: ['path', 'user'], measures: ['loads', 'last'], filter });
  const rows = [...groupBy(uses, createChainFinder(rules))].map(([chain, ofChain]) => ({
    chain,
    sums: sumUp(ofChain),
  }));
  rows.sort(
    (one, other) =>
      other.sums.users - one.sums.users ||
      compareText(one.chain.root, other.chain.root) ||
      compareText(one.chain.compiler ?? '', other.chain.compiler ?? '') ||
      compareText(one.chain.mpi ?? '', other.chain.mpi ?? ''),
  );
  return {
    columns: [
      { key: 'root', title: 'Root', kind: 'text' },
      { key: 'compiler', title: 'Compiler', kind: 'text' },
      { key: 'mpi', title: 'MPI', kind: 'text' },
      ...sumColumns,
    ],
    rows: firstRows(rows, limit).map(({ chain, sums }) => [chain.root, chain.compiler, chain.mpi, ...cellsOf(sums)]),
  };
}

/** Equal toolchains are one object, so that usage can be grouped by it; each path is read once. */
function createChainFinder(rules: readonly RegExp[]): (use: { readonly path: string }) => Toolchain {
  const byPath = new Map<string, Toolchain>();
  const chains = new Map<string, Toolchain>();
  return ({ path }) => {
    const known = byPath.get(path);
    if (known !== undefined) return known;
    const read = toolchainOf(path, rules);
    const key = JSON.stringify([read.root, read.compiler, read.mpi]);
    const chain = chains.get(key) ?? read;
    chains.set(key, chain);
    byPath.set(path, chain);
    return chain;
  };
}
