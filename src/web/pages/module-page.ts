import { escapeLike } from '../../core/like-pattern.ts';
import { renderFilterBar } from '../filter-bar.ts';
import { type Html, html } from '../html.ts';
import { HttpFault } from '../http-fault.ts';
import { askOverTime, renderOverTime } from '../over-time.ts';
import type { Page } from '../page-route.ts';
import { renderPanel } from '../panel.ts';
import { drawCalendar } from '../pictures/calendar.ts';
import { renderTiles } from '../tiles.ts';
import { textOf, type View, viewParameters } from '../view.ts';

/** A package with all its versions, or a module. */
export const modulePage: Page = {
  path: '/module',
  least: 'public',
  summary: 'a package or a module',
  query: { ...viewParameters, name: { type: 'string', maxLength: 300, description: 'its name' } },
  async content(view) {
    const name = textOf(view.query['name']) ?? '';
    const versions = view.names.modulesOf.get(name);
    const modules = versions ?? (view.names.modules.includes(name) ? [name] : []);
    if (modules.length === 0)
      throw new HttpFault(404, 'NOT_FOUND', `there is no module ${name}`, 'Search for another.');
    const filter = { ...view.filter, exact: { modules } };
    const isPublic = view.role === 'public';
    const figures = await view.ask('figures', { filter });
    const trend = await askOverTime(view, { filter });
    const clusters = await view.ask('clusters', { filter, options: { each: 'all' } });
    return {
      title: name,
      kind:
        versions === undefined
          ? 'Module'
          : `Package of ${modules.length} ${modules.length === 1 ? 'module' : 'modules'}`,
      place: 'modules',
      filters: renderFilterBar(view, '/module', { name }),
      body: html`${renderTiles(view, figures, ['users', 'loads', 'modules', 'clusters', 'days'])}
<div class="panels">
${renderOverTime(view, trend)}
${isPublic ? null : await renderDetails(view, name, filter)}
${renderPanel(view, clusters, {
  title: 'On which clusters',
  bars: ['users'],
  without: ['all_users'],
  hidesNotes: true,
})}
${isPublic ? null : await renderUsers(view, name, modules)}
</div>`,
    };
  },
};

async function renderDetails(view: View, name: string, filter: View['filter']): Promise<Html> {
  const days = await view.ask('trend', { filter, options: { by: 'day' } });
  const versions = await view.ask('versions', { filter });
  const [ofPackage = name] = [...view.names.modulesOf].find(([, modules]) => modules.includes(name)) ?? [];
  const direct = await view.ask('direct', { filter });
  return html`${renderPanel(view, days, {
    title: 'Day by day',
    picture: drawCalendar(days, 'loads', 'Loads by day'),
    width: 'whole',
    hidesNotes: true,
  })}
${renderPanel(view, versions, {
  title: 'Versions',
  bars: ['users'],
  without: ['package', 'loads_share'],
  href: view.href('/reports/versions', {
    package: escapeLike(view.names.modulesOf.has(name) ? name : ofPackage),
  }),
  hidesNotes: true,
})}
${renderPanel(view, direct, {
  title: 'Asked for, or a dependency',
  text: 'The share of loads that users have asked for themselves.',
  bars: ['direct', 'dependency'],
  without: ['users', 'loads'],
})}`;
}

/** Patterns that a report takes; a package of more modules has a report of all that begin with its name. */
const MOST_PATTERNS = 50;

async function renderUsers(view: View, name: string, modules: readonly string[]): Promise<Html> {
  const companions = await view.ask('companions', { options: { of: name }, limit: 12 });
  const users = await view.ask('notify', { filter: { ...view.filter, exact: { modules } } });
  return html`${renderPanel(view, companions, {
    title: 'Used together',
    text: `What the users of ${name} load, too; lift is how many times more often than all users do.`,
    bars: ['users'],
    hidesNotes: true,
  })}
${renderPanel(view, users, {
  title: view.isFor('staff') ? 'Whom to notify' : 'Users',
  width: 'whole',
  most: 50,
  without: view.isFor('staff') ? [] : ['name', 'email'],
  href: view.href('/reports/notify', {
    module: modules.length <= MOST_PATTERNS ? modules.map(escapeLike) : `${escapeLike(name)}/%`,
  }),
})}`;
}
