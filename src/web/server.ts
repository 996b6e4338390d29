import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { includesRole } from '../core/role.ts';
import { shownText } from '../view/shown-text.ts';
import { compressPayload } from './compress-payload.ts';
import { showFault } from './fault-page.ts';
import type { House } from './house.ts';
import { faultOf, HttpFault } from './http-fault.ts';
import type { QueryValues, Route } from './route.ts';
import { allRoutes } from './routes.ts';
import type { Visitor } from './visitor.ts';

/** Bytes of a request; the longest is a login. */
const BODY_LIMIT = 16_384;
const REQUEST_TIMEOUT_MS = 30_000;

/** What a browser may do with what it gets from here: nothing that another host, or text in the data, could ask for. */
const headers: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
};

export interface ServerOptions {
  readonly house: House;
  /** Where lines of the log go, a JSON object each; null for nowhere. */
  readonly log: NodeJS.WritableStream | null;
}

/** The server with all its routes, not listening yet. */
export function createServer({ house, log }: ServerOptions): FastifyInstance {
  const app = Fastify({
    logger: log === null ? false : { level: 'info', stream: log as { write(text: string): void }, serializers: logged },
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: house.settings.proxies.length > 0 ? [...house.settings.proxies] : false,
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    return503OnClosing: true,
    // What is not known is told, and not taken away in silence; what is left open is for the report to say.
    ajv: { customOptions: { removeAdditional: false, useDefaults: false } },
    routerOptions: { maxParamLength: 200 },
  });
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, Object.fromEntries(new URLSearchParams(String(body)))),
  );
  app.addHook('onRequest', async (request, reply) => {
    house.counters.open++;
    // Whether all was sent, or whoever asked has left meanwhile.
    reply.raw.once('close', () => noteEnd(house, request, reply));
    reply.headers(headers);
    if (house.access.isSecure(request)) reply.header('strict-transport-security', 'max-age=31536000');
  });
  app.addHook('onSend', async (request, reply, payload) => compressPayload(request, reply, payload));
  app.setErrorHandler((error: FastifyError, request, reply) => answerFault(house, error, request, reply));
  app.setNotFoundHandler((request, reply) =>
    answerFault(house, new HttpFault(404, 'NOT_FOUND', 'there is nothing here'), request, reply),
  );
  for (const route of allRoutes(house)) addRoute(app, house, route);
  return app;
}

function addRoute(app: FastifyInstance, house: House, route: Route): void {
  app.route({
    method: route.method,
    url: route.path,
    schema:
      route.query === null
        ? {}
        : { querystring: { type: 'object', properties: route.query, additionalProperties: false } },
    config: { kind: route.kind },
    // Before anything that was sent is looked at.
    onRequest: async (request) => {
      visitors.set(request, admit(house, route, request));
    },
    handler: async (request, reply) => {
      const visitor = visitors.get(request) ?? nobody;
      if (!reply.hasHeader('cache-control')) {
        reply.header('cache-control', 'private, no-cache').header('vary', 'cookie, authorization, accept-encoding');
      }
      return route.answer({ request, reply, visitor, query: request.query as QueryValues });
    },
  });
}

const visitors = new WeakMap<FastifyRequest, Visitor>();
const nobody: Visitor = { name: '', role: null, by: 'nothing' };

/** @throws HttpFault where whoever asks may not */
function admit(house: House, { least, method }: Route, request: FastifyRequest): Visitor {
  if (method === 'POST') refuseOtherSites(house, request);
  if (least === 'nobody') {
    try {
      return house.access.visitorOf(request);
    } catch (error) {
      if (error instanceof HttpFault) return nobody;
      throw error;
    }
  }
  const visitor = house.access.visitorOf(request);
  if (visitor.role === null) {
    throw visitor.name === ''
      ? new HttpFault(401, 'NOT_SIGNED_IN', 'you are not signed in', 'Send a token: Authorization: Bearer TOKEN.')
      : new HttpFault(403, 'NOT_ALLOWED', `${shownText(visitor.name)} has no role here`, 'Ask for one.');
  }
  if (!includesRole(visitor.role, least)) {
    throw new HttpFault(403, 'NOT_ALLOWED', `the role ${visitor.role} may not see that`, `It takes the role ${least}.`);
  }
  return visitor;
}

/** A form that another site has made a browser send brings no change about. */
function refuseOtherSites(house: House, request: FastifyRequest): void {
  const { origin, 'sec-fetch-site': site } = request.headers;
  const own = house.settings.url?.origin ?? `${request.protocol}://${request.host}`;
  const isOwn = origin === undefined ? site === undefined || site === 'same-origin' : origin === own;
  if (!isOwn) throw new HttpFault(403, 'NOT_ALLOWED', 'the request comes from another site');
}

function answerFault(house: House, error: unknown, request: FastifyRequest, reply: FastifyReply): unknown {
  const fault = faultOf(error);
  if (fault.status === 401 && fault.code === 'NOT_SIGNED_IN') house.counters.failures++;
  if (fault.status >= 500) request.log.error({ err: error }, 'failed');
  // Whoever has set it up has to know why.
  else if (fault.code === 'PROVIDER') request.log.warn({ err: fault }, 'refused');
  if (fault.status === 503) reply.header('retry-after', '5');
  reply.code(fault.status).header('cache-control', 'no-store');
  const { kind } = request.routeOptions.config as { kind?: Route['kind'] };
  const isForPeople = kind === 'page' || (kind === undefined && !request.url.startsWith('/api/'));
  if (isForPeople && request.headers.accept?.includes('text/html')) return showFault(house, fault, request, reply);
  if (fault.status === 401) reply.header('www-authenticate', 'Bearer');
  return reply.type('application/json; charset=utf-8').send({
    error: { code: fault.code, message: shownText(fault.message), hint: shownText(fault.hint) },
  });
}

/** The status, as nginx has it, of a request whose client has left before it was answered. */
const CLIENT_LEFT = 499;

/** A query may name persons: of the URL, the log has the route alone. */
function noteEnd({ counters }: House, request: FastifyRequest, reply: FastifyReply): void {
  counters.open--;
  const route = request.routeOptions.url ?? 'none';
  const ms = Math.round(reply.elapsedTime * 10) / 10;
  const status = reply.raw.writableFinished ? reply.statusCode : CLIENT_LEFT;
  counters.countResponse(route, status, reply.elapsedTime / 1000);
  const who = shownText(visitors.get(request)?.name ?? '');
  request.log.info({ method: request.method, route, status, ms, who, from: request.ip }, 'answered');
}

const logged = {
  err: (error: Error) => ({
    type: error.name,
    message: shownText(error.message),
    stack: shownText((error.stack ?? '').replaceAll('\n', ' | ')),
    ...(error.cause instanceof Error ? { cause: shownText(error.cause.message) } : {}),
  }),
};
