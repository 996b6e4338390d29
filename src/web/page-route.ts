import { noteWhoWasSeen } from './audit.ts';
import { type PageContent, renderPage, themeOf } from './document.ts';
import { entityTag, isUnchanged } from './entity-tag.ts';
import type { House } from './house.ts';
import type { Route } from './route.ts';
import { beginView, type View } from './view.ts';

/** A page of the dashboard: where it is, who may see it, and what is on it. */
export type Page = Pick<Route, 'path' | 'least' | 'summary' | 'query'> & {
  content(view: View): Promise<PageContent>;
};

/** The route of a page. */
export function pageRoute(house: House, page: Page): Route {
  const { path, least, summary, query, content } = page;
  return {
    method: 'GET',
    path,
    least,
    kind: 'page',
    summary,
    query,
    types: ['text/html'],
    async answer(call) {
      const { request, reply, visitor } = call;
      const tag = entityTag([await house.desk.readState(), JSON.stringify(visitor), themeOf(call)]);
      const view = await beginView(house, call);
      const text = renderPage(view, call, await content(view));
      noteWhoWasSeen(house, { request, visitor, tables: view.tables });
      reply.header('etag', tag);
      if (isUnchanged(request, tag)) return reply.code(304).send();
      return reply.type('text/html; charset=utf-8').send(text);
    },
  };
}
