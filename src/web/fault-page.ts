import type { FastifyReply, FastifyRequest } from 'fastify';
import { renderDocument } from './document.ts';
import { type House, hrefTo } from './house.ts';
import { html } from './html.ts';
import type { HttpFault } from './http-fault.ts';

/** Shows people what is wrong; who is not signed in is led to the login. */
export function showFault(house: House, fault: HttpFault, request: FastifyRequest, reply: FastifyReply): unknown {
  if (fault.status === 401 && request.method === 'GET') {
    // A link that was followed from elsewhere comes without the cookie, which the same link has when it comes from here.
    if (request.headers['sec-fetch-site'] === 'cross-site') {
      const refresh = hrefTo(house, request.url);
      reply.code(200).type('text/html; charset=utf-8');
      return reply.send(renderDocument(house, { request }, { title: 'modtally', body: html``, refresh }));
    }
    return reply.redirect(hrefTo(house, `/login?next=${encodeURIComponent(request.url)}`), 303);
  }
  reply.type('text/html; charset=utf-8');
  return reply.send(
    renderDocument(
      house,
      { request },
      {
        title: `${fault.status} – modtally`,
        body: html`<main class="login"><div class="fault"><p class="kind">${fault.status}</p><h1>${fault.message}</h1><p>${fault.hint}</p><p><a href="${hrefTo(house, '/')}">To the overview</a></p></div></main>`,
      },
    ),
  );
}
