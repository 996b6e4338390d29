import type { PackageRule } from '../core/module-name.ts';
import type { Column } from '../core/result-table.ts';
import { moduleColumn, packageColumn, pathColumn } from './columns.ts';
import { choiceOption, type ReportOption } from './report-option.ts';

/** What a report has a row for: a package with all its versions, a module as users load it, or a modulefile's path. */
export type Each = 'package' | 'module' | 'path';

/** The option `--each` of a report. */
export function eachOption(fallback: Each): ReportOption<Each> {
  return choiceOption('each', ['package', 'module', 'path'], 'what a row is', fallback);
}

/** The column that names a row. */
export const eachColumns: Readonly<Record<Each, Column>> = {
  package: packageColumn,
  module: moduleColumn,
  path: pathColumn,
};

/** What of a module a store is asked for, and how rows are named after it. */
export function naming(each: Each, packageOf: PackageRule): { by: 'module' | 'path'; nameOf(text: string): string } {
  if (each === 'package') return { by: 'module', nameOf: (module) => packageOf(module).package };
  return { by: each, nameOf: (text) => text };
}
