import { createHash, timingSafeEqual } from 'node:crypto';
import type { BlockList } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isListed, listAddresses } from '../app/address-list.ts';
import type { ServeSettings } from '../app/serve-settings.ts';
import { findToken, readTokens, type TokenEntry, tokensChangedAt } from '../app/token-file.ts';
import { AppError } from '../core/app-error.ts';
import { type Role, roles } from '../core/role.ts';
import { formatCookie, readCookie } from './cookies.ts';
import { Failures } from './failures.ts';
import { HttpFault } from './http-fault.ts';
import { Sessions } from './sessions.ts';
import type { Visitor } from './visitor.ts';

const SESSION_COOKIE = 'modtally_session';
/** In it a proxy proves that it is the one. */
const SECRET_HEADER = 'x-modtally-secret';

/** Who may come in, and as what: by a token, a session that was begun with one, a provider, or a proxy's word. */
export class Access {
  readonly #settings: ServeSettings;
  readonly #sessions = new Sessions();
  readonly #failures = new Failures();
  readonly #proxies: BlockList;
  #tokens: { readonly changedAt: number; readonly entries: readonly TokenEntry[] } = { changedAt: -1, entries: [] };

  constructor(settings: ServeSettings) {
    this.#settings = settings;
    this.#proxies = listAddresses(settings.proxies);
  }

  /** @throws HttpFault where a token is none, or too many were not */
  visitorOf(request: FastifyRequest): Visitor {
    return this.#byProxy(request) ?? this.#byToken(request) ?? this.#bySession(request) ?? this.#nobody();
  }

  /**
   * Trades a token for a session.
   * @throws HttpFault as `visitorOf`
   */
  logIn(token: string, request: FastifyRequest, reply: FastifyReply): Visitor {
    const { name, role, digest } = this.#requireToken(token, request);
    return this.beginSession({ name, role, tokenDigest: digest }, request, reply);
  }

  /** Sends the cookie of a new session. */
  beginSession(
    person: { readonly name: string; readonly role: Role; readonly tokenDigest: string | null },
    request: FastifyRequest,
    reply: FastifyReply,
  ): Visitor {
    const { sessionMs } = this.#settings;
    const secret = this.#sessions.begin({ ...person, until: Date.now() + sessionMs });
    this.#setCookie(secret, sessionMs / 1000, request, reply);
    return { name: person.name, role: person.role, by: 'session' };
  }

  logOut(request: FastifyRequest, reply: FastifyReply): void {
    const secret = readCookie(request.headers.cookie, SESSION_COOKIE);
    if (secret !== null) this.#sessions.end(secret);
    this.#setCookie('', 0, request, reply);
  }

  /** The highest role that some groups give; null where they give none. */
  roleOf(groups: readonly string[]): Role | null {
    const { roleOfGroup } = this.#settings;
    const given = new Set(['*', ...groups].map((group) => roleOfGroup.get(group)));
    return roles.findLast((role) => given.has(role)) ?? null;
  }

  /** Whether cookies can be kept to encrypted connections. */
  isSecure(request: FastifyRequest): boolean {
    return request.protocol === 'https' || this.#settings.url?.protocol === 'https:';
  }

  #byProxy(request: FastifyRequest): Visitor | null {
    const { userHeader, groupsHeader, proxySecret } = this.#settings;
    if (userHeader === null || !isListed(this.#proxies, request.socket.remoteAddress)) return null;
    if (proxySecret !== null && !isSame(headerOf(request, SECRET_HEADER), proxySecret)) return null;
    const name = headerOf(request, userHeader);
    if (name === '') return null;
    const groups = groupsHeader === null ? [] : headerOf(request, groupsHeader).split(/[,;]/);
    const role = this.roleOf(groups.map((group) => group.trim()).filter((group) => group !== ''));
    return { name, role: role ?? this.#nobody().role, by: 'proxy' };
  }

  #byToken(request: FastifyRequest): Visitor | null {
    const [, token] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
    if (token === undefined) return null;
    const { name, role } = this.#requireToken(token, request);
    return { name, role, by: 'token' };
  }

  #bySession(request: FastifyRequest): Visitor | null {
    const secret = readCookie(request.headers.cookie, SESSION_COOKIE);
    const session = secret === null ? null : this.#sessions.find(secret, Date.now());
    if (session === null) return null;
    const { name, role, tokenDigest } = session;
    // A session ends with the token that it was begun with.
    const isGood =
      tokenDigest === null ||
      this.#readTokens().some(
        ({ digest, expires }) => digest === tokenDigest && (expires === null || expires > Date.now()),
      );
    return isGood ? { name, role, by: 'session' } : null;
  }

  #nobody(): Visitor {
    return { name: '', role: this.#settings.isPublic ? 'public' : null, by: 'nothing' };
  }

  #requireToken(token: string, request: FastifyRequest): TokenEntry {
    const now = Date.now();
    const entry = findToken(this.#readTokens(), token, now);
    // Many may come from one address, such as that of a proxy: whoever has a token need not wait for who has none.
    if (entry !== null) return entry;
    const wait = this.#failures.secondsToWait(request.ip, now);
    if (wait > 0) {
      throw new HttpFault(429, 'TOO_MANY_FAILURES', 'too many tokens were wrong', `Wait ${wait} seconds.`);
    }
    this.#failures.add(request.ip, now);
    throw new HttpFault(401, 'NOT_SIGNED_IN', 'the token is not known, or has come to its end', 'Ask for another one.');
  }

  #readTokens(): readonly TokenEntry[] {
    const changedAt = tokensChangedAt(this.#settings.folder);
    if (changedAt !== this.#tokens.changedAt) {
      try {
        this.#tokens = { changedAt, entries: readTokens(this.#settings.folder) };
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        throw new HttpFault(500, error.code, 'the tokens cannot be read', 'The log of the server says more.', error);
      }
    }
    return this.#tokens.entries;
  }

  #setCookie(value: string, maxAgeSeconds: number, request: FastifyRequest, reply: FastifyReply): void {
    const path = this.#settings.url?.pathname ?? '/';
    const isSecure = this.isSecure(request);
    reply.header(
      'set-cookie',
      formatCookie(SESSION_COOKIE, value, { path, isSecure, sameSite: 'Strict', maxAgeSeconds }),
    );
  }
}

/** A header that was sent once. Sent twice, nobody knows which of them the proxy has made. */
function headerOf(request: FastifyRequest, name: string): string {
  const [value = '', ...others] = request.raw.headersDistinct[name] ?? [];
  return others.length === 0 ? value.trim() : '';
}

/** Compares in a time that tells nothing of either. */
function isSame(one: string, other: string): boolean {
  const digestOf = (text: string): Buffer => createHash('sha256').update(text, 'latin1').digest();
  return timingSafeEqual(digestOf(one), digestOf(other));
}
