import { noteWhoWasSeen } from './audit.ts';
import { type PageContent, renderPage, themeOf } from './document.ts';
import { entityTag, isUnchanged } from './entity-tag.ts';
import type { House } from './house.ts';
import type { Route } from './route.ts';
import { frameOf, type View, withoutEmpty } from './view.ts';

/** A page of the dashboard: where it is, who may see it, and what is on it. */
export type Page = Pick<Route, 'path' | 'least' | 'summary' | 'query'> & {
  content(view: View): Promise<PageContent>;
};

/** The route of a page. */
export function pageRoute(house: House, { path, least, summary, query: parameters }: Page): Route {
  return {
    method: 'GET',
    path,
    least,
    kind: 'page',
    summary,
    query: parameters,
    types: ['text/html'],
    async answer(call) {
      const { request, reply, visitor } = call;
      const role = visitor.role ?? 'public';
      const query = withoutEmpty(call.query);
      const { state, product, asOf } = await house.desk.showPage({ role, path, query });
      noteWhoWasSeen(house, { request, visitor, users: product.users });
      const tag = entityTag(house, [state, String(asOf), JSON.stringify(visitor), themeOf(call)]);
      reply.header('etag', tag);
      if (isUnchanged(request, tag)) return reply.code(304).send();
      return reply
        .type('text/html; charset=utf-8')
        .send(renderPage(house, frameOf(house, { role, query }), call, { ...product, asOf }));
    },
  };
}
