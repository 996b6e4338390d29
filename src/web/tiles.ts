import type { ResultTable } from '../core/result-table.ts';
import { changeText, fullNumber, shortNumber } from './figures-text.ts';
import { type Html, html } from './html.ts';

/**
 * The report `figures` as tiles: each a number, and how it has changed.
 * @param keys the columns that are shown
 */
export function renderTiles({ columns, rows }: ResultTable, keys: readonly string[]): Html {
  const [now = [], before = []] = rows;
  const tiles = keys.flatMap((key) => {
    const place = columns.findIndex((column) => column.key === key);
    if (place < 0) return [];
    const [value, past] = [now[place] ?? null, before[place] ?? null];
    const change = typeof value === 'number' && typeof past === 'number' ? changeText(value, past) : null;
    const text = typeof value === 'number' ? shortNumber(value) : String(value);
    const full = typeof value === 'number' ? fullNumber(value) : text;
    return [
      html`<div class="tile"><dt>${columns[place]?.title ?? key}</dt><dd><strong title="${full}">${text}</strong>${
        change === null
          ? null
          : html`<span class="change">${change}<span class="unseen"> against the span before</span></span>`
      }</dd></div>`,
    ];
  });
  return html`<dl class="tiles">${tiles}</dl>`;
}
