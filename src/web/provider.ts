import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientError,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  ResponseBodyError,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import type { ProviderSettings } from '../app/serve-settings.ts';
import { describeCause } from '../core/app-error.ts';
import { Seal } from './seal.ts';

/** Somebody, as the provider knows them. */
export interface ProvidedPerson {
  readonly name: string;
  readonly groups: readonly string[];
}

/** A login that has been sent to the provider and has not come back yet. */
interface Pending {
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
  readonly next: string;
  readonly until: number;
}

const PENDING_MS = 600_000;
/** Bytes of the page to go on to: browsers keep no cookie of more than 4096. */
const MOST_NEXT = 2000;

/** An OpenID Connect provider, by the authorization code flow with PKCE. It is asked what it can do when it is needed. */
export class Provider {
  readonly #settings: ProviderSettings;
  readonly #redirect: string;
  /** Logins that have begun are kept by those who began them: however many begin, none is pushed out. */
  readonly #seal = new Seal();
  #configuration: Promise<Configuration> | null = null;

  /** @param redirect the URL to which it sends people back */
  constructor(settings: ProviderSettings, redirect: string) {
    this.#settings = settings;
    this.#redirect = redirect;
  }

  /**
   * Begins a login.
   * @param next the page to go on to
   * @returns where to send whoever logs in, and a secret that they bring along when they come back
   */
  async begin(next: string): Promise<{ url: URL; secret: string }> {
    const configuration = await this.#configure();
    const pending: Pending = {
      verifier: randomPKCECodeVerifier(),
      state: randomState(),
      nonce: randomNonce(),
      next: Buffer.byteLength(next) > MOST_NEXT ? '/' : next,
      until: Date.now() + PENDING_MS,
    };
    const url = buildAuthorizationUrl(configuration, {
      redirect_uri: this.#redirect,
      scope: this.#settings.scope,
      code_challenge: await calculatePKCECodeChallenge(pending.verifier),
      code_challenge_method: 'S256',
      state: pending.state,
      nonce: pending.nonce,
    });
    return { url, secret: this.#seal.close(pending) };
  }

  /**
   * Ends a login.
   * @param search the query that the provider has sent them back with
   * @returns null where no such login was begun
   * @throws Error where the provider, or what came back, says no
   */
  async complete(secret: string, search: string): Promise<{ person: ProvidedPerson; next: string } | null> {
    // Only what was begun here has this seal.
    const pending = this.#seal.open(secret) as Pending | null;
    if (pending === null || pending.until < Date.now()) return null;
    const tokens = await authorizationCodeGrant(await this.#configure(), new URL(this.#redirect + search), {
      pkceCodeVerifier: pending.verifier,
      expectedState: pending.state,
      expectedNonce: pending.nonce,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    const name = claims?.['preferred_username'] ?? claims?.['email'] ?? claims?.sub;
    const groups = claims?.[this.#settings.groupsClaim];
    const person = { name: String(name), groups: Array.isArray(groups) ? groups.map(String) : [] };
    return { person, next: pending.next };
  }

  #configure(): Promise<Configuration> {
    const { issuer, client, secret } = this.#settings;
    // Without encryption only on this machine.
    const isLocal = issuer.protocol === 'http:' && /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(issuer.hostname);
    this.#configuration ??= discovery(
      issuer,
      client,
      secret,
      undefined,
      isLocal ? { execute: [allowInsecureRequests] } : {},
    );
    this.#configuration.catch(() => {
      this.#configuration = null;
    });
    return this.#configuration;
  }
}

/** Errors that are the network's, or the provider's own. */
const troubles = ['OAUTH_TIMEOUT', 'OAUTH_ABORT', 'OAUTH_RESPONSE_IS_NOT_CONFORM'];

/** Whether a provider has not been asked, rather than having said no. */
export function isUnreachable(error: unknown): boolean {
  // What `fetch` throws.
  return error instanceof TypeError || (error instanceof ClientError && troubles.includes(error.code ?? ''));
}

/** Why a provider has failed, for the log: what it has said, and what lies below. */
export function explainProvider(error: unknown): Error {
  const said = error instanceof ResponseBodyError ? ` (${error.error}: ${error.error_description ?? ''})` : '';
  const below = error instanceof Error && error.cause instanceof Error ? `: ${describeCause(error.cause)}` : '';
  return new Error(`${describeCause(error)}${said}${below}`);
}
