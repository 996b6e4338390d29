import { dayFromDate, dayMonthsBefore, dayToDate, dayToIso } from '../core/calendar-day.ts';
import { type Html, html, valueHtml } from './html.ts';
import { textOf, type View } from './view.ts';

/** Spans that can be chosen with a click, in months. */
const spans = [
  [3, '3 months'],
  [12, '12 months'],
  [36, '3 years'],
] as const;

/**
 * The filters of a view: a form that works by itself, and sends itself where scripts run.
 * @param path where the view is
 * @param kept values that are no filters but belong to the view
 */
export function renderFilterBar(view: View, path: string, kept: Readonly<Record<string, string>> = {}): Html {
  const { names, query } = view;
  const [cluster, start, end] = ['cluster', 'start', 'end'].map((name) => textOf(query[name]) ?? '');
  return html`<form class="filters" action="${view.href(path).split('?', 1)[0] ?? ''}" aria-label="Filters">
${renderHidden(Object.entries(kept))}
${names.syshosts.length < 2 || path === '/cluster' ? null : renderClusters(names.syshosts, cluster ?? '')}
${
  view.role === 'public'
    ? null
    : html`${renderDate('From', 'start', start ?? '')}
${renderDate('Until', 'end', end ?? '')}
<button type="submit">Show</button>
<span class="spans">${spans.map(([months, text]) => {
        const from = startOfMonths(view, months);
        const isShown = end === '' && (start === from || (start === '' && months === DEFAULT_MONTHS));
        return html`<a href="${view.href(path, { ...kept, start: from, end: null })}"${isShown ? html` aria-current="true"` : null}>${text}</a>`;
      })}</span>`
}
</form>`;
}

/** What a form sends along without showing it. */
export function renderHidden(fields: readonly (readonly [name: string, value: string])[]): Html {
  return html`${fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${valueHtml(value)}">`)}`;
}

/** @param chosen empty for all; it may be one that there is not */
export function renderClusters(syshosts: readonly string[], chosen: string): Html {
  const choices = chosen === '' || syshosts.includes(chosen) ? syshosts : [...syshosts, chosen];
  return html`<label>Cluster <select name="cluster"><option value="">all</option>${choices.map(
    (name) => html`<option value="${valueHtml(name)}"${name === chosen ? html` selected` : null}>${name}</option>`,
  )}</select></label>`;
}

/** A field for dates knows no times of day: a value with one is shown as text. */
export function renderDate(label: string, name: string, value: string): Html {
  const type = /^(?:\d{4}-\d{2}-\d{2})?$/.test(value) ? 'date' : 'text';
  return html`<label>${label} <input type="${type}" name="${name}" value="${valueHtml(value)}"></label>`;
}

/** What reports look back by themselves. */
const DEFAULT_MONTHS = 12;

/** The first day of some months up to that of the newest load. */
function startOfMonths({ names, site }: View, months: number): string {
  const { year, month } = dayToDate(site.zone.dayOf(names.last ?? Date.now() / 1000));
  return dayToIso(dayMonthsBefore(dayFromDate(year, month, 1) ?? 0, months - 1));
}
