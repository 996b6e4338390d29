import { renderFilterBar } from '../filter-bar.ts';
import { html } from '../html.ts';
import { HttpFault } from '../http-fault.ts';
import type { Page } from '../page-route.ts';
import { renderPanel } from '../panel.ts';
import { drawCalendar } from '../pictures/calendar.ts';
import { drawTimeLine } from '../pictures/time-line.ts';
import { renderTiles } from '../tiles.ts';
import { textOf, viewParameters } from '../view.ts';

/** What a person has loaded; an analyst knows them by their pseudonym. */
export const userPage: Page = {
  path: '/user',
  least: 'analyst',
  summary: 'what a user has loaded',
  query: { ...viewParameters, name: { type: 'string', maxLength: 300, description: 'the name' } },
  async content(view) {
    const name = textOf(view.query['name']) ?? '';
    if (!view.names.users.includes(name)) {
      throw new HttpFault(404, 'NOT_FOUND', `there is no user ${name}`, 'Search for another.');
    }
    const filter = { ...view.filter, exact: { users: [name] } };
    const figures = await view.ask('figures', { filter });
    const trend = await view.ask('trend', { filter, options: { by: 'week' } });
    const days = await view.ask('trend', { filter, options: { by: 'day' } });
    const top = await view.ask('top', { filter, options: { each: 'module', by: 'loads' }, limit: 100 });
    const clusters = await view.ask('clusters', { filter, options: { each: 'all' } });
    const notify = await view.ask('notify', { filter });
    const direct = await view.ask('direct', { filter, limit: 50 });
    return {
      title: name,
      kind: view.isFor('staff') ? 'User' : 'User, by pseudonym',
      place: 'users',
      filters: renderFilterBar(view, '/user', { name }),
      body: html`${renderTiles(view, figures, ['loads', 'packages', 'modules', 'clusters', 'days'])}
<div class="panels">
${renderPanel(view, trend, {
  title: 'Over time',
  text: 'Loads a week.',
  picture: drawTimeLine(
    {
      ...trend,
      columns: trend.columns.filter(({ key }) => key !== 'users'),
      rows: trend.rows.map(([period = null, , loads = null]) => [period, loads]),
    },
    'Over time',
  ),
  width: 'whole',
  without: ['users'],
  hidesNotes: true,
})}
${renderPanel(view, days, {
  title: 'Day by day',
  picture: drawCalendar(days, 'loads', 'Loads by day'),
  width: 'whole',
  without: ['users'],
  hidesNotes: true,
})}
${renderPanel(view, top, {
  title: 'Modules',
  bars: ['loads'],
  without: ['rank', 'users', 'users_share'],
  most: 100,
  hidesNotes: true,
})}
${renderPanel(view, clusters, {
  title: 'Clusters',
  bars: ['loads'],
  without: ['users', 'only_here', 'all_users', 'users_share'],
  hidesNotes: true,
})}
${renderPanel(view, direct, { title: 'Asked for, or a dependency', without: ['users', 'loads'], hidesNotes: true })}
${view.isFor('staff') ? renderPanel(view, notify, { title: 'Who it is', without: ['user', 'modules', 'syshosts'], hidesNotes: true }) : null}
</div>`,
    };
  },
};
