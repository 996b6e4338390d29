import { join } from 'node:path';
import type { Bench } from '../benchmark.ts';
import { removeStore } from '../data/made-store.ts';
import { type RunOptions, runCommand, type TimedRun } from '../measure/run-timed.ts';

/** What an import did, of `modtally import --json`. */
export interface Imported extends TimedRun {
  readonly account: Account;
}

export interface Account {
  readonly bytes: number;
  readonly lines: number;
  readonly loads: number;
  readonly already: number;
  readonly new_rows: number;
}

/** Imports a file into a store. */
export async function importFile(file: string, store: string, options: RunOptions = {}): Promise<Imported> {
  const run = await runCommand('modtally', ['import', '--json', '--store', store, file], options);
  return { ...run, account: JSON.parse(run.stdout) };
}

/** Imports a file into an embedded store of its own, which then goes. */
export async function importFresh(bench: Bench, file: string, options: RunOptions = {}): Promise<Imported> {
  const path = join(bench.scratch, 'fresh.duckdb');
  removeStore(path);
  try {
    return await importFile(file, `duckdb:${path}`, options);
  } finally {
    removeStore(path);
  }
}

/** @throws Error where an import has not taken in every line: a wrong answer has no speed */
export function requireComplete({ account }: Imported, lines: number): void {
  if (account.lines === lines && account.loads === lines) return;
  throw new Error(`of ${lines} lines ${account.lines} were read, and ${account.loads} were loads`);
}
