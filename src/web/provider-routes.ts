import { formatCookie, readCookie } from './cookies.ts';
import { renderDocument } from './document.ts';
import { type House, hrefTo } from './house.ts';
import { html } from './html.ts';
import { HttpFault } from './http-fault.ts';
import { localPath, noteLogin } from './login-routes.ts';
import { explainProvider, isUnreachable, type Provider } from './provider.ts';
import type { Route } from './route.ts';

const LOGIN_COOKIE = 'modtally_login';

/** The way to an OpenID Connect provider and back; none where there is no provider. */
export function providerRoutes(house: House, provider: Provider | null): Route[] {
  if (provider === null) return [];
  const common = { method: 'GET', least: 'nobody', kind: 'page', types: ['text/html'] } as const;
  const cookie = (value: string, isSecure: boolean, maxAgeSeconds: number): string =>
    // Lax: whoever comes back from the provider comes from another site.
    formatCookie(LOGIN_COOKIE, value, { path: hrefTo(house, '/login'), isSecure, sameSite: 'Lax', maxAgeSeconds });
  return [
    {
      ...common,
      path: '/login/provider',
      summary: 'sends people to the provider that knows them',
      query: { next: { type: 'string', maxLength: 2000, description: 'the page to go on to' } },
      answer: async ({ request, reply, query }) => {
        const { url, secret } = await provider.begin(localPath(query['next'])).catch((cause) => {
          throw unreachable(cause);
        });
        reply
          .header('set-cookie', cookie(secret, house.access.isSecure(request), 600))
          .header('cache-control', 'no-store');
        return reply.redirect(url.href, 303);
      },
    },
    {
      ...common,
      path: '/login/return',
      summary: 'where the provider sends people back to',
      // What a provider sends along is its own: the library checks what matters of it.
      query: null,
      answer: async ({ request, reply }) => {
        const secret = readCookie(request.headers.cookie, LOGIN_COOKIE) ?? '';
        const search = request.url.includes('?') ? request.url.slice(request.url.indexOf('?')) : '';
        const done = await provider.complete(secret, search).catch((cause) => {
          if (isUnreachable(cause)) throw unreachable(cause);
          throw refuse(house, 'PROVIDER', 'the provider has not let you in', 'Try it again.', explainProvider(cause));
        });
        if (done === null) throw refuse(house, 'PROVIDER', 'no such login was begun here', 'Try it again.');
        const role = house.access.roleOf(done.person.groups);
        if (role === null) throw refuse(house, 'NOT_ALLOWED', 'none of your groups has a role here', 'Ask for one.');
        const visitor = house.access.beginSession({ name: done.person.name, role, tokenDigest: null }, request, reply);
        noteLogin(house, request, visitor, 'login');
        // The new cookie goes along only with what begins here: a redirect would still have begun at the provider.
        reply.header('cache-control', 'no-store').type('text/html; charset=utf-8');
        const refresh = hrefTo(house, done.next);
        return renderDocument(
          house,
          { request },
          {
            title: 'modtally',
            refresh,
            body: html`<main class="login"><p><a href="${refresh}">You are signed in: go on</a></p></main>`,
          },
        );
      },
    },
  ];
}

function unreachable(cause: unknown): HttpFault {
  const error = explainProvider(cause);
  return new HttpFault(502, 'PROVIDER', 'the provider cannot be asked', 'The log of the server says more.', error);
}

/** A login that comes to nothing, and is counted. */
function refuse(
  { counters }: House,
  code: 'PROVIDER' | 'NOT_ALLOWED',
  message: string,
  hint: string,
  cause?: Error,
): HttpFault {
  counters.failures++;
  return new HttpFault(403, code, message, hint, cause);
}
