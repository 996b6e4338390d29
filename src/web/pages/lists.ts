import type { ResultTable } from '../../core/result-table.ts';
import type { PageContent } from '../document.ts';
import { renderFilterBar } from '../filter-bar.ts';
import { html } from '../html.ts';
import type { Page } from '../page-route.ts';
import { type PanelOptions, renderPanel } from '../panel.ts';
import { type View, viewParameters } from '../view.ts';

/** Rows of a list; its report has all. */
const MOST_ROWS = 500;

/** All packages. */
export const modulesPage: Page = {
  path: '/modules',
  least: 'public',
  summary: 'all packages by their users',
  query: viewParameters,
  content: async (view) =>
    listContent(view, 'modules', await view.ask('top', { limit: MOST_ROWS }), {
      title: 'Packages by users',
      bars: ['users', 'loads'],
      href: view.href('/reports/top'),
    }),
};

/** All users, by their loads. */
export const usersPage: Page = {
  path: '/users',
  least: 'analyst',
  summary: 'all users by their loads',
  query: viewParameters,
  content: async (view) =>
    listContent(view, 'users', await view.ask('storms', { limit: MOST_ROWS }), {
      title: 'Users by loads',
      bars: ['loads'],
      href: view.href('/reports/storms'),
    }),
};

/** All clusters. */
export const clustersPage: Page = {
  path: '/clusters',
  least: 'public',
  summary: 'all clusters',
  query: viewParameters,
  content: async (view) =>
    listContent(view, 'clusters', await view.ask('clusters', { options: { each: 'all' } }), {
      title: 'Clusters by users',
      bars: ['users', 'loads'],
      without: ['all_users'],
    }),
};

/** A page that is one table. */
function listContent(
  view: View,
  place: 'modules' | 'users' | 'clusters',
  table: ResultTable,
  panel: PanelOptions,
): PageContent {
  return {
    title: place.slice(0, 1).toUpperCase() + place.slice(1),
    place,
    filters: renderFilterBar(view, `/${place}`),
    body: html`<div class="panels">${renderPanel(view, table, { ...panel, width: 'whole' })}</div>`,
  };
}

/** What is installed and not used, and when the rest was used last. */
export const cataloguePage: Page = {
  path: '/catalogue',
  least: 'analyst',
  summary: 'what is installed and not used, and when the rest was used last',
  query: viewParameters,
  async content(view) {
    const unused = await view.ask('unused');
    const lastUsed = await view.ask('last-used');
    return {
      title: 'Catalogue',
      place: 'catalogue',
      filters: renderFilterBar(view, '/catalogue'),
      body: html`<div class="panels">${renderPanel(view, unused, {
        title: 'Installed and not used',
        width: 'whole',
        most: 200,
        href: view.href('/reports/unused'),
      })}${renderPanel(view, lastUsed, {
        title: 'Last used',
        text: 'The longest idle first.',
        bars: ['idle_days'],
        width: 'whole',
        most: 500,
        href: view.href('/reports/last-used'),
        hidesNotes: true,
      })}</div>`,
    };
  },
};
