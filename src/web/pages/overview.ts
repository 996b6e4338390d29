import type { ResultTable } from '../../core/result-table.ts';
import { renderFilterBar } from '../filter-bar.ts';
import { type Html, html } from '../html.ts';
import { askOverTime, renderOverTime } from '../over-time.ts';
import type { Page } from '../page-route.ts';
import { renderPanel } from '../panel.ts';
import { drawCalendar } from '../pictures/calendar.ts';
import { renderTiles } from '../tiles.ts';
import { type View, viewParameters } from '../view.ts';

/** How the whole is doing. */
export const overview: Page = {
  path: '/',
  least: 'public',
  summary: 'how the whole is doing',
  query: viewParameters,
  async content(view) {
    const figures = await view.ask('figures');
    const trend = await askOverTime(view, { modules: true });
    const top = await view.ask('top', { limit: 12 });
    return {
      title: 'Overview',
      kind: String(figures.rows[0]?.[0] ?? ''),
      place: 'overview',
      filters: renderFilterBar(view, '/'),
      body: html`${renderTiles(view, figures, ['users', 'loads', 'packages', 'modules', 'clusters'])}
<div class="panels">
${renderOverTime(view, trend)}
${view.role === 'public' ? null : await renderDays(view)}
${renderPanel(view, top, {
  title: 'Most used',
  text: 'Packages by users.',
  bars: ['users'],
  without: ['rank', 'loads_share'],
  href: view.href('/reports/top'),
  hidesNotes: true,
})}
${view.role === 'public' ? null : await renderForAnalysts(view)}
</div>`,
    };
  },
};

async function renderDays(view: View): Promise<Html> {
  const days = await view.ask('trend', { options: { by: 'day' } });
  return renderPanel(view, days, {
    title: 'Day by day',
    text: 'Loads on each day of the last year of the span.',
    picture: drawCalendar(days, 'loads', 'Loads by day'),
    width: 'whole',
    hidesNotes: true,
  });
}

async function renderForAnalysts(view: View): Promise<Html> {
  const movers = await view.ask('movers', { options: { each: 'package' }, limit: 12 });
  const retire = await view.ask('retire', { limit: 10 });
  const health = await view.ask('health');
  return html`${renderPanel(view, movers, {
    title: 'Movers',
    text: 'Packages whose number of users has changed most.',
    without: ['loads_before', 'loads'],
    href: view.href('/reports/movers', { each: 'package' }),
    hidesNotes: true,
  })}
${renderPanel(view, retire, {
  title: 'Awaiting retirement',
  text: 'Five users or fewer, and idle for six months.',
  without: ['user_names', 'moved_on'],
  width: 'whole',
  href: view.href('/reports/retire'),
  hidesNotes: true,
})}
${renderPanel(view, withoutGood(health), {
  title: 'Health of the data',
  text: tellGood(health),
  without: ['check'],
  width: 'whole',
  href: view.href('/reports/health'),
  hidesNotes: true,
})}`;
}

function isGood(row: ResultTable['rows'][number]): boolean {
  return row.includes('good');
}

function withoutGood(health: ResultTable): ResultTable {
  return { ...health, rows: health.rows.filter((row) => !isGood(row)) };
}

function tellGood({ rows }: ResultTable): string {
  const good = rows.filter(isGood).length;
  return `${good} of ${rows.length} checks found all as it should be. What to look at before these figures are trusted:`;
}
