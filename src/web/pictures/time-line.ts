import type { ResultTable } from '../../core/result-table.ts';
import { fullNumber } from '../figures-text.ts';
import { type Html, html, rawHtml } from '../html.ts';

const WIDTH = 800;
const HEIGHT = 240;

/**
 * Numbers over time as lines, one for each column of numbers, each by its own measure. Where scripts run, the picture
 * becomes one that can be pointed at; it takes the numbers from the table below it, and so stays as it is where that
 * table does not show all rows.
 * @param shown rows that the table shows at the most
 */
export function drawTimeLine(table: ResultTable, label: string, shown: number = Number.POSITIVE_INFINITY): Html {
  const series = table.columns.flatMap(({ key, kind, title }, place) =>
    kind === 'number' ? [{ key, title, values: table.rows.map((row) => Number(row[place]) || 0) }] : [],
  );
  const told = series.map(({ title, values }) => {
    const [least, most] = [Math.min(...values), Math.max(...values)];
    return `${title} between ${fullNumber(least)} and ${fullNumber(most)}`;
  });
  return html`<div class="plot"${table.rows.length > shown ? null : html` data-plot="time"`}>
<ul class="legend" aria-hidden="true">${series.map(({ key, title }) => html`<li class="${key}">${title}</li>`)}</ul>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${label}: ${told.join('; ')}">
${series.map(({ key, values }) => html`<polyline class="${key}" points="${rawHtml(pointsOf(values))}"/>`)}
</svg></div>`;
}

function pointsOf(values: readonly number[]): string {
  const most = Math.max(1, ...values);
  const step = WIDTH / Math.max(1, values.length - 1);
  return values
    .map((value, index) => `${(index * step).toFixed(1)},${(HEIGHT - 8 - (value / most) * (HEIGHT - 20)).toFixed(1)}`)
    .join(' ');
}
