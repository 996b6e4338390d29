import type { FastifyReply, FastifyRequest } from 'fastify';
import { addToAuditLog } from '../app/audit-log.ts';
import { renderDocument } from './document.ts';
import { auditLogOf, type House, hrefTo } from './house.ts';
import { type Html, html, valueHtml } from './html.ts';
import { HttpFault } from './http-fault.ts';
import type { Route } from './route.ts';
import type { Visitor } from './visitor.ts';

const next = { type: 'string', maxLength: 2000, description: 'the page to go on to' } as const;

/** Where people trade a token for a session, and give it back. */
export function loginRoutes(house: House): Route[] {
  return [
    {
      method: 'GET',
      path: '/login',
      least: 'nobody',
      kind: 'page',
      summary: 'the login',
      query: { next },
      types: ['text/html'],
      answer: async ({ request, reply, query }) => {
        reply.header('cache-control', 'no-store').type('text/html; charset=utf-8');
        return renderLogin(house, request, localPath(query['next']), null);
      },
    },
    {
      method: 'POST',
      path: '/login',
      least: 'nobody',
      kind: 'page',
      summary: 'trades a token for a session',
      query: {},
      types: ['text/html'],
      answer: async ({ request, reply }) => {
        const form = (request.body ?? {}) as Readonly<Record<string, unknown>>;
        const path = localPath(form['next']);
        try {
          const visitor = house.access.logIn(String(form['token'] ?? '').trim(), request, reply);
          noteLogin(house, request, visitor, 'login');
        } catch (error) {
          if (!(error instanceof HttpFault) || error.status >= 500) throw error;
          house.counters.failures++;
          reply.code(error.status).header('cache-control', 'no-store').type('text/html; charset=utf-8');
          return renderLogin(house, request, path, `${error.message}. ${error.hint}`);
        }
        return reply.redirect(hrefTo(house, path), 303);
      },
    },
    {
      method: 'POST',
      path: '/logout',
      least: 'nobody',
      kind: 'page',
      summary: 'ends the session',
      query: {},
      types: ['text/html'],
      answer: async ({ request, reply, visitor }) => {
        house.access.logOut(request, reply);
        if (visitor.by === 'session') noteLogin(house, request, visitor, 'logout');
        return leave(house, reply);
      },
    },
  ];
}

/** Writes down that somebody has come in, or gone. */
export function noteLogin(house: House, request: FastifyRequest, { name, role }: Visitor, what: string): void {
  if (role !== null) addToAuditLog(auditLogOf(house), { who: name, role, from: request.ip, what, users: [] });
}

function leave(house: House, reply: FastifyReply): FastifyReply {
  return reply.redirect(hrefTo(house, '/login'), 303);
}

function renderLogin(house: House, request: FastifyRequest, path: string, problem: string | null): string {
  const provider: Html | null =
    house.settings.provider === null
      ? null
      : html`<p class="or">or</p><a class="button" href="${hrefTo(house, `/login/provider?next=${encodeURIComponent(path)}`)}">Sign in with ${house.settings.provider.issuer.host}</a>`;
  return renderDocument(
    house,
    { request },
    {
      title: 'Sign in – modtally',
      body: html`<main class="login"><form method="post" action="${hrefTo(house, '/login')}">
<h1>modtally</h1>
<p>Which software modules are really used. Sign in with the token that you were given.</p>
${problem === null ? null : html`<p class="problem" role="alert">${problem}</p>`}
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<input type="hidden" name="next" value="${valueHtml(path)}">
<button type="submit">Sign in</button>
${provider}
</form></main>`,
    },
  );
}

/** A path of this server; whatever else was asked for, its beginning. */
export function localPath(path: unknown): string {
  return typeof path === 'string' && /^\/(?![/\\])[^\\\u0000-\u001f]*$/.test(path) ? path : '/';
}
