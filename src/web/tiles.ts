import { dayToIso } from '../core/calendar-day.ts';
import type { ResultTable } from '../core/result-table.ts';
import { changeText, fullNumber, shortNumber } from './figures-text.ts';
import { type Html, html } from './html.ts';
import type { View } from './view.ts';

/**
 * The report `figures` as tiles: each a number, and how it has changed.
 * @param keys the columns that are shown
 */
export function renderTiles(view: View, { columns, rows }: ResultTable, keys: readonly string[]): Html {
  const [now = [], past = []] = rows;
  const { names, site } = view;
  // Where the store begins within the span before, there is nothing to compare with.
  const reachesBack = names.first !== null && dayToIso(site.zone.dayOf(names.first)) <= String(past[0]).slice(0, 10);
  const before = reachesBack ? past : [];
  const tiles = keys.flatMap((key) => {
    const place = columns.findIndex((column) => column.key === key);
    if (place < 0) return [];
    const [value, old] = [now[place] ?? null, before[place] ?? null];
    const change = typeof value === 'number' && typeof old === 'number' ? changeText(value, old) : null;
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
