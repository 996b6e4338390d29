import { noteWhoWasSeen } from './audit.ts';
import type { Kept } from './desk.ts';
import { renderPage } from './document.ts';
import type { House } from './house.ts';
import { html } from './html.ts';
import type { Call, Route } from './route.ts';
import { type FoundName, searchNames } from './search-names.ts';
import { frameOf, textOf, withoutEmpty } from './view.ts';

const MOST_FOUND = 200;

const pageOf = { package: '/module', module: '/module', user: '/user', cluster: '/cluster' } as const;

/** What a search has found, as a page; where scripts run, the same is shown while one types. */
export function searchRoute(house: House): Route {
  return {
    method: 'GET',
    path: '/search',
    least: 'public',
    kind: 'page',
    summary: 'packages, modules, users and clusters whose names hold a text',
    query: { q: { type: 'string', maxLength: 200, description: 'the text' } },
    types: ['text/html'],
    async answer(call) {
      const role = call.visitor.role ?? 'public';
      const query = withoutEmpty(call.query);
      const { found, asOf } = await findNames(house, call, MOST_FOUND);
      const sought = textOf(query['q']) ?? '';
      const frame = frameOf(house, { role, query });
      const hits = found.map(
        ({ kind, name }) =>
          html`<li><a href="${frame.href(pageOf[kind], { name })}">${name}</a> <span class="tag">${kind}</span></li>`,
      );
      const list =
        hits.length === 0 ? html`<p class="none">Nothing has such a name.</p>` : html`<ul class="found">${hits}</ul>`;
      return call.reply.type('text/html; charset=utf-8').send(
        renderPage(house, frame, call, {
          title: sought === '' ? 'Search' : `Search: ${sought}`,
          kind: null,
          place: 'search',
          body: html`<section class="panel whole">${list}</section>`.text,
          filters: '',
          asOf,
        }),
      );
    },
  };
}

/**
 * What is found for the text of a query; users who were found are written down, as their names are shown.
 * @throws AppError
 */
export async function findNames(
  house: House,
  { request, visitor, query }: Call,
  limit: number,
): Promise<{ found: FoundName[] } & Pick<Kept<unknown>, 'asOf'>> {
  const { product, asOf } = await house.desk.readNames(visitor.role ?? 'public');
  const found = searchNames(product, textOf(query['q']) ?? '', limit);
  const users = found.flatMap(({ kind, name }) => (kind === 'user' ? [name] : []));
  noteWhoWasSeen(house, { request, visitor, users });
  return { found, asOf };
}
