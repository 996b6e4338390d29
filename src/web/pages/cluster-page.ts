import { renderFilterBar } from '../filter-bar.ts';
import { html } from '../html.ts';
import { HttpFault } from '../http-fault.ts';
import { askOverTime, renderOverTime } from '../over-time.ts';
import type { Page } from '../page-route.ts';
import { renderPanel } from '../panel.ts';
import { drawCalendar } from '../pictures/calendar.ts';
import { renderTiles } from '../tiles.ts';
import { textOf, viewParameters } from '../view.ts';

/** What is loaded on a cluster. */
export const clusterPage: Page = {
  path: '/cluster',
  least: 'public',
  summary: 'what is loaded on a cluster',
  query: { ...viewParameters, name: { type: 'string', maxLength: 300, description: 'its name' } },
  async content(view) {
    const name = textOf(view.query['name']) ?? '';
    if (!view.names.syshosts.includes(name)) {
      throw new HttpFault(404, 'NOT_FOUND', `there is no cluster ${name}`, 'See the list of clusters.');
    }
    const filter = { ...view.filter, exact: { syshosts: [name] } };
    const isPublic = view.role === 'public';
    const figures = await view.ask('figures', { filter });
    const trend = await askOverTime(view, { filter, modules: true });
    const top = await view.ask('top', { filter, limit: 25 });
    const days = isPublic ? null : await view.ask('trend', { filter, options: { by: 'day' } });
    const movers = isPublic ? null : await view.ask('movers', { filter, options: { each: 'package' }, limit: 25 });
    return {
      title: name,
      kind: 'Cluster',
      place: 'clusters',
      filters: renderFilterBar(view, '/cluster', { name }),
      body: html`${renderTiles(view, figures, ['users', 'loads', 'packages', 'modules', 'days'])}
<div class="panels">
${renderOverTime(view, trend)}
${days === null ? null : renderPanel(view, days, { title: 'Day by day', picture: drawCalendar(days, 'loads', 'Loads by day'), width: 'whole', hidesNotes: true })}
${renderPanel(view, top, { title: 'Most used', bars: ['users'], without: ['rank', 'loads_share'], hidesNotes: true })}
${movers === null ? null : renderPanel(view, movers, { title: 'Movers', without: ['loads_before', 'loads'], hidesNotes: true })}
</div>`,
    };
  },
};
