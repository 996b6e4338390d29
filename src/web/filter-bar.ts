import { dayFromDate, dayMonthsBefore, dayToDate, dayToIso } from '../core/calendar-day.ts';
import { type Html, html } from './html.ts';
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
${Object.entries(kept).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
${
  names.syshosts.length < 2 || path === '/cluster'
    ? null
    : html`<label>Cluster <select name="cluster"><option value="">all</option>${names.syshosts.map(
        (name) => html`<option${name === cluster ? html` selected` : null}>${name}</option>`,
      )}</select></label>`
}
${
  view.role === 'public'
    ? null
    : html`<label>From <input type="date" name="start" value="${start ?? ''}"></label>
<label>Until <input type="date" name="end" value="${end ?? ''}"></label>
<button type="submit">Show</button>
<span class="spans">${spans.map(([months, text]) => {
        const from = startOfMonths(view, months);
        const isShown = end === '' && (start === from || (start === '' && months === DEFAULT_MONTHS));
        return html`<a href="${view.href(path, { ...kept, start: from, end: null })}"${isShown ? html` aria-current="true"` : null}>${text}</a>`;
      })}</span>`
}
</form>`;
}

/** What reports look back by themselves. */
const DEFAULT_MONTHS = 12;

/** The first day of some months up to that of the newest load. */
function startOfMonths({ names, site }: View, months: number): string {
  const { year, month } = dayToDate(site.zone.dayOf(names.last ?? Date.now() / 1000));
  return dayToIso(dayMonthsBefore(dayFromDate(year, month, 1) ?? 0, months - 1));
}
