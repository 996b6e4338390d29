import { renderFilterBar } from '../filter-bar.ts';
import { html } from '../html.ts';
import type { Page } from '../page-route.ts';
import { renderPanel } from '../panel.ts';
import { viewParameters } from '../view.ts';

/** All packages. */
export const modulesPage: Page = {
  path: '/modules',
  least: 'public',
  summary: 'all packages by their users',
  query: viewParameters,
  async content(view) {
    const top = await view.ask('top', { limit: 5000 });
    return {
      title: 'Modules',
      place: 'modules',
      filters: renderFilterBar(view, '/modules'),
      body: html`<div class="panels">${renderPanel(view, top, {
        title: 'Packages by users',
        bars: ['users', 'loads'],
        width: 'whole',
        href: view.href('/reports/top'),
      })}</div>`,
    };
  },
};

/** All users, by their loads. */
export const usersPage: Page = {
  path: '/users',
  least: 'analyst',
  summary: 'all users by their loads',
  query: viewParameters,
  async content(view) {
    const storms = await view.ask('storms', { limit: 500 });
    return {
      title: 'Users',
      place: 'users',
      filters: renderFilterBar(view, '/users'),
      body: html`<div class="panels">${renderPanel(view, storms, {
        title: 'Users by loads',
        bars: ['loads'],
        width: 'whole',
        href: view.href('/reports/storms'),
      })}</div>`,
    };
  },
};

/** All clusters. */
export const clustersPage: Page = {
  path: '/clusters',
  least: 'public',
  summary: 'all clusters',
  query: viewParameters,
  async content(view) {
    const clusters = await view.ask('clusters', { options: { each: 'all' } });
    return {
      title: 'Clusters',
      place: 'clusters',
      filters: renderFilterBar(view, '/clusters'),
      body: html`<div class="panels">${renderPanel(view, clusters, {
        title: 'Clusters by users',
        bars: ['users', 'loads'],
        without: ['all_users'],
        width: 'whole',
      })}</div>`,
    };
  },
};

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
