import type { Column } from '../core/result-table.ts';
import type { Measure } from '../core/usage-query.ts';

/** Columns that reports share, and what is asked for those of the three classic ones. */

export const packageColumn: Column = { key: 'package', title: 'Package', kind: 'text' };
export const versionColumn: Column = { key: 'version', title: 'Version', kind: 'text' };
export const moduleColumn: Column = { key: 'module', title: 'Module', kind: 'text' };
export const pathColumn: Column = { key: 'path', title: 'Module path', kind: 'text' };
export const syshostColumn: Column = { key: 'syshost', title: 'Syshost', kind: 'text' };
export const syshostsColumn: Column = { key: 'syshosts', title: 'Syshost', kind: 'list' };
export const userColumn: Column = { key: 'user', title: 'User', kind: 'text' };
export const usersColumn: Column = { key: 'users', title: 'Users', kind: 'number' };
export const usersShareColumn: Column = { key: 'users_share', title: 'Of users', kind: 'share' };
export const loadsColumn: Column = { key: 'loads', title: 'Loads', kind: 'number' };
export const loadsShareColumn: Column = { key: 'loads_share', title: 'Of loads', kind: 'share' };
export const firstColumn: Column = { key: 'first', title: 'First', kind: 'instant' };
export const lastColumn: Column = { key: 'last', title: 'Last', kind: 'instant' };
export const lastDayColumn: Column = { key: 'last', title: 'Last', kind: 'day' };

export const useColumns: readonly Column[] = [loadsColumn, firstColumn, lastColumn];

export const useMeasures: readonly ('modules' | 'syshosts' | 'loads' | 'first' | 'last')[] = [
  'modules',
  'syshosts',
  'loads',
  'first',
  'last',
] satisfies Measure[];
