import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { conformanceDir } from './conformance.ts';

/** A call of analyzeLmodDB and the rows that Lmod's own answered. */
export interface ExpectedReport {
  readonly command: 'counts' | 'usernames' | 'modules_used_by';
  readonly sqlPattern?: readonly string[];
  readonly syshost?: readonly string[];
  readonly start?: string;
  readonly end?: string;
  /** Lines of the file for `--allmodulesFn`. */
  readonly allmodules?: readonly string[];
  readonly rows: readonly (readonly [string, string | number])[];
}

/** The calls of a folder of the conformance data. */
export function expectedReports(folder: string): ExpectedReport[] {
  return JSON.parse(readFileSync(join(conformanceDir, folder, 'expected-reports.json'), 'utf8'));
}

/** The gen_2 rows of a folder of the conformance data, sorted. */
export function expectedRows(folder: string): string[] {
  const text = readFileSync(join(conformanceDir, folder, 'expected-rows.tsv'), 'utf8');
  return text.trimEnd().split('\n').sort();
}
