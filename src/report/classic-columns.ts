import type { Column } from '../core/result-table.ts';
import type { Measure } from '../core/usage-query.ts';

/** Columns that the three classic reports share, beside what Lmod's own show. */

export const pathColumn: Column = { key: 'path', title: 'Module path', kind: 'text' };
export const moduleColumn: Column = { key: 'module', title: 'Module', kind: 'text' };
export const syshostsColumn: Column = { key: 'syshosts', title: 'Syshost', kind: 'list' };
export const userColumn: Column = { key: 'user', title: 'User', kind: 'text' };
export const usersColumn: Column = { key: 'users', title: 'Users', kind: 'number' };

export const useColumns: readonly Column[] = [
  { key: 'loads', title: 'Loads', kind: 'number' },
  { key: 'first', title: 'First', kind: 'instant' },
  { key: 'last', title: 'Last', kind: 'instant' },
];

export const useMeasures: readonly ('modules' | 'syshosts' | 'loads' | 'first' | 'last')[] = [
  'modules',
  'syshosts',
  'loads',
  'first',
  'last',
] satisfies Measure[];
