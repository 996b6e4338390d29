import type { Cell, Column } from '../core/result-table.ts';
import { lastDayColumn, loadsColumn, usersColumn } from './columns.ts';

/** What some usage comes to: distinct users and modulefiles, loads, and the last of them. */
export interface UsageSums {
  readonly users: number;
  readonly modulefiles: number;
  readonly loads: number;
  /** Seconds since 1970 UTC. */
  readonly last: number;
}

/** The columns that `cellsOf` fills. */
export const sumColumns: readonly Column[] = [
  usersColumn,
  { key: 'modulefiles', title: 'Modulefiles', kind: 'number' },
  loadsColumn,
  lastDayColumn,
];

/** @param uses rows by user and path at least, one or more of them */
export function sumUp(
  uses: readonly { readonly user: string; readonly path: string; readonly loads: number; readonly last: number }[],
): UsageSums {
  return {
    users: new Set(uses.map(({ user }) => user)).size,
    modulefiles: new Set(uses.map(({ path }) => path)).size,
    loads: uses.reduce((sum, { loads }) => sum + loads, 0),
    last: uses.reduce((latest, { last }) => Math.max(latest, last), 0),
  };
}

export function cellsOf({ users, modulefiles, loads, last }: UsageSums): Cell[] {
  return [users, modulefiles, loads, last];
}
