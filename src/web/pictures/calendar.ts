import { dayToDate, dayToIso, mondayOf } from '../../core/calendar-day.ts';
import type { ResultTable } from '../../core/result-table.ts';
import { dayFromIso } from '../../core/site-zone.ts';
import { fullNumber } from '../figures-text.ts';
import { type Html, html } from '../html.ts';

const CELL = 13;
const WEEKS = 53;
const LEFT = 30;
const TOP = 18;
const LEVELS = 5;

const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * The last year of a table of days as a calendar: a column a week, Monday on top, the darker the more.
 * @param key the column that it shows
 */
export function drawCalendar(table: ResultTable, key: string, label: string): Html {
  const place = table.columns.findIndex((column) => column.key === key);
  const days = table.rows.flatMap((row) => {
    const day = dayFromIso(String(row[0]));
    return day === null ? [] : [{ day, value: Number(row[place]) || 0 }];
  });
  const lastDay = days.at(-1)?.day ?? 0;
  const firstDay = mondayOf(lastDay) - (WEEKS - 1) * 7;
  const shown = days.filter(({ day }) => day >= firstDay);
  const levelOf = scaleOf(shown.map(({ value }) => value));
  const cells = shown.map(({ day, value }) => {
    const [x, y] = [LEFT + Math.floor((day - firstDay) / 7) * CELL, TOP + ((day - firstDay) % 7) * CELL];
    return html`<rect class="l${levelOf(value)}" x="${x}" y="${y}" width="11" height="11" rx="2"><title>${dayToIso(day)}: ${fullNumber(value)}</title></rect>`;
  });
  const total = shown.reduce((sum, { value }) => sum + value, 0);
  const width = LEFT + WEEKS * CELL;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${label}"><svg class="calendar" viewBox="0 0 ${width} ${TOP + 7 * CELL}" role="img" aria-label="${label}: ${fullNumber(total)} in ${shown.length} days">
${['Mon', 'Wed', 'Fri'].map((name, index) => html`<text x="0" y="${TOP + index * 2 * CELL + 10}">${name}</text>`)}
${monthLabels(firstDay)}
${cells}
</svg></div>
<p class="scale" aria-hidden="true">Less ${Array.from({ length: LEVELS }, (_, level) => html`<svg width="11" height="11"><rect class="l${level}" width="11" height="11" rx="2"/></svg>`)} More</p>`;
}

function monthLabels(firstDay: number): Html[] {
  return Array.from({ length: WEEKS - 1 }, (_, week) => week).flatMap((week) => {
    const monday = dayToDate(firstDay + week * 7);
    const isNew = week > 0 && dayToDate(firstDay + (week - 1) * 7).month !== monday.month;
    return isNew ? [html`<text x="${LEFT + week * CELL}" y="10">${monthNames[monday.month - 1] ?? ''}</text>`] : [];
  });
}

/** Nothing is the lowest level; what is more goes by rank, so that a storm does not make all other days alike. */
function scaleOf(values: readonly number[]): (value: number) => number {
  const sorted = values.filter((value) => value > 0).sort((one, other) => one - other);
  const bounds = [0.25, 0.5, 0.75].map((part) => sorted[Math.floor(sorted.length * part)] ?? 0);
  return (value) => (value === 0 ? 0 : 1 + bounds.filter((bound) => value >= bound).length);
}
