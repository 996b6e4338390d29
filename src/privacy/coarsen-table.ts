import { compareText } from '../core/compare-text.ts';
import type { Cell, Column, ResultTable } from '../core/result-table.ts';

/** Columns that the public sees as they are, and those that are numbers of people. All others are taken away. */
const plainKeys = ['package', 'syshost', 'period', 'span', 'packages', 'clusters'];
const peopleKeys = ['users', 'all_users', 'users_series'];

/**
 * A table as the public sees it. Numbers of people are rounded down to a multiple of the least number that is shown,
 * and are "<5" below it; rows are in an order that follows from what is shown. How often something was loaded is
 * left out: whatever the number of users, that may be the doing of one.
 */
export function coarsenTable(table: ResultTable, leastUsers: number, limit: number | null): ResultTable {
  const { columns, rows, notes = [] } = table;
  const places = columns.flatMap(({ key }, place) => ([...plainKeys, ...peopleKeys].includes(key) ? [place] : []));
  const shownColumns = places.flatMap((place) => columns.slice(place, place + 1));
  const shown = rows.map((row) => places.map((place) => coarsen(row[place] ?? null, columns[place], leastUsers)));
  const isInOrder = shownColumns.some(({ key }) => key === 'period' || key === 'span');
  if (!isInOrder) shown.sort((one, other) => compareRows(one, other, shownColumns));
  const note = `Numbers of users are rounded down to a multiple of ${leastUsers}. What fewer than ${leastUsers} people load on a cluster in a month is in none of them.`;
  return { columns: shownColumns, rows: limit === null ? shown : shown.slice(0, limit), notes: [...notes, note] };
}

function coarsen(cell: Cell, column: Column | undefined, leastUsers: number): Cell {
  if (column === undefined || !peopleKeys.includes(column.key)) return cell;
  if (typeof cell === 'object' && cell !== null) return cell.map((number) => roundDown(Number(number), leastUsers));
  const number = Number(cell);
  return number < leastUsers ? `<${leastUsers}` : roundDown(number, leastUsers);
}

function roundDown(number: number, step: number): number {
  return Math.floor(number / step) * step;
}

/** Most people first, then by name. */
function compareRows(one: readonly Cell[], other: readonly Cell[], columns: readonly Column[]): number {
  const peopleOf = (row: readonly Cell[], key: string): number => {
    const place = columns.findIndex((column) => column.key === key);
    return Number(row[place]) || 0;
  };
  const textOf = (row: readonly Cell[]): string =>
    columns.map(({ key }, place) => (plainKeys.includes(key) ? String(row[place]) : '')).join('\u0000');
  return (
    peopleOf(other, 'all_users') - peopleOf(one, 'all_users') ||
    (columns.some(({ key }) => key === 'all_users') ? 0 : peopleOf(other, 'users') - peopleOf(one, 'users')) ||
    compareText(textOf(one), textOf(other))
  );
}
