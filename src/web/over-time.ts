import type { ResultTable } from '../core/result-table.ts';
import type { Html } from './html.ts';
import { renderPanel } from './panel.ts';
import { drawTimeLine } from './pictures/time-line.ts';
import type { View } from './view.ts';

/** What a page is about over time: week by week, and for the public month by month. */
export function askOverTime(
  view: View,
  { filter = view.filter, modules = false }: { readonly filter?: View['filter']; readonly modules?: boolean },
): Promise<ResultTable> {
  if (view.role === 'public') return view.ask('trend', { filter, options: { by: 'month' } });
  return view.ask('trend', { filter, options: { by: 'week', modules: modules ? 'yes' : 'no' } });
}

/** Its panel. */
export function renderOverTime(view: View, trend: ResultTable): Html {
  const [period = '', ...others] = trend.columns.map(({ title }) => title);
  const figures = others.map((title, place) => (place === 0 ? title : title.toLowerCase()));
  const last = figures.length > 1 ? ` and ${figures.at(-1)}` : '';
  return renderPanel(view, trend, {
    title: 'Over time',
    text: `${figures.slice(0, Math.max(1, figures.length - 1)).join(', ')}${last} a ${period === 'Month' ? 'month' : 'week'}.`,
    picture: drawTimeLine(trend, 'Over time'),
    width: 'whole',
    hidesNotes: true,
  });
}
