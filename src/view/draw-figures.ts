import type { Cell, Column, ResultTable } from '../core/result-table.ts';

const BLOCKS = '▁▂▃▄▅▆▇█';
const BAR_WIDTH = 16;

/** A table with what a terminal can show in blocks: bars behind numbers that want them, series as a line of blocks. */
export function drawFigures(table: ResultTable): ResultTable {
  if (table.page !== undefined) {
    const sections = table.page.sections.map((section) => ({ ...section, table: drawFigures(section.table) }));
    return { ...table, page: { ...table.page, sections } };
  }
  const drawn = table.columns.map((column, index) =>
    drawColumn(
      column,
      table.rows.map((row) => row[index] ?? null),
    ),
  );
  return {
    ...table,
    columns: drawn.flatMap(({ columns }) => columns),
    rows: table.rows.map((_, row) => drawn.flatMap(({ cells }) => cells[row] ?? [])),
    ...(table.footer === undefined
      ? {}
      : {
          footer: drawn.flatMap(({ columns }, place) => [
            table.footer?.[place] ?? null,
            ...columns.slice(1).map(() => ''),
          ]),
        }),
  };
}

function drawColumn(column: Column, cells: readonly Cell[]): { columns: Column[]; cells: Cell[][] } {
  if (column.kind === 'series') {
    return { columns: [{ ...column, kind: 'text' }], cells: cells.map((cell) => [drawSeries(cell)]) };
  }
  if (column.isDrawn !== true) return { columns: [column], cells: cells.map((cell) => [cell]) };
  const most = cells.reduce<number>((max, cell) => Math.max(max, Number(cell)), 0);
  return {
    columns: [column, { key: `${column.key}_bar`, title: '', kind: 'text' }],
    cells: cells.map((cell) => [cell, drawBar(most === 0 ? 0 : Number(cell) / most)]),
  };
}

/** A bar of a length between 0 and 1; what is more than nothing can be seen. */
function drawBar(length: number): string {
  const eighths = Math.ceil(length * BAR_WIDTH * 8);
  return `${'█'.repeat(eighths >> 3)}${['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths & 7]}`;
}

/** A block for each number, by the largest of them; a dot for none. */
function drawSeries(cell: Cell): string {
  const numbers = typeof cell === 'object' && cell !== null ? cell.map(Number) : [];
  const most = numbers.reduce((max, number) => Math.max(max, number), 0);
  return numbers.map((number) => (number === 0 ? '·' : BLOCKS[Math.ceil((number / most) * 8) - 1])).join('');
}
