import { html } from '../html.ts';
import type { Page } from '../page-route.ts';
import { searchNames } from '../search-names.ts';
import { textOf } from '../view.ts';

const MOST_FOUND = 200;

/** What a search has found; where scripts run, the same is shown while one types. */
export const searchPage: Page = {
  path: '/search',
  least: 'public',
  summary: 'packages, modules, users and clusters whose names hold a text',
  query: { q: { type: 'string', maxLength: 200, description: 'the text' } },
  async content(view) {
    const sought = textOf(view.query['q']) ?? '';
    const found = searchNames(view.names, sought, MOST_FOUND);
    return {
      title: sought === '' ? 'Search' : `Search: ${sought}`,
      place: 'search',
      body: html`<section class="panel whole">${
        found.length === 0
          ? html`<p class="none">Nothing has such a name.</p>`
          : html`<ul class="found">${found.map(
              ({ kind, name }) =>
                html`<li><a href="${view.href(pageOf[kind], { name })}">${name}</a> <span class="tag">${kind}</span></li>`,
            )}</ul>`
      }</section>`,
    };
  },
};

const pageOf = { package: '/module', module: '/module', user: '/user', cluster: '/cluster' } as const;
