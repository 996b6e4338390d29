import type { ResultTable } from '../src/core/result-table.ts';
import { isMet } from './benchmark.ts';
import type { Results } from './results.ts';

/** A row a goal: what was measured, how far the runs lie apart, and whether the goal is met. */
export function figuresTable({ figures }: Results): ResultTable {
  return {
    columns: [
      { key: 'what', title: 'What', kind: 'text' },
      { key: 'goal', title: 'Goal', kind: 'text' },
      { key: 'median', title: 'Median', kind: 'number' },
      { key: 'spread', title: 'Spread', kind: 'text' },
      { key: 'runs', title: 'Runs', kind: 'number' },
      { key: 'met', title: 'Met', kind: 'text' },
    ],
    rows: figures.map((figure) => {
      const { what, unit, measured, goal } = figure;
      const { median, min, max, runs } = measured;
      return [
        what,
        `${goal.kind} ${shownFigure(goal.value)} ${unit}`,
        shownFigure(median),
        runs === 1 ? '' : `${shownFigure(min)} to ${shownFigure(max)}`,
        runs,
        isMet(figure) ? 'yes' : 'NO',
      ];
    }),
  };
}

/** The other figures of each run. */
export function notesTable({ figures }: Results): ResultTable {
  return {
    columns: [
      { key: 'what', title: 'What', kind: 'text' },
      { key: 'more', title: 'More of the same run', kind: 'text' },
    ],
    rows: figures.map(({ what, notes }) => [
      what,
      Object.entries(notes)
        .map(([name, value]) => `${name}: ${typeof value === 'number' ? shownFigure(value) : value}`)
        .join('; '),
    ]),
  };
}

/** Three digits are more than these figures hold from run to run; thousands are written out. */
function shownFigure(value: number): string {
  if (Number.isInteger(value)) return value.toLocaleString('en-US');
  return Number(value.toPrecision(3)).toLocaleString('en-US', { maximumFractionDigits: 6 });
}
