import { randomBytes } from 'node:crypto';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import type { ProviderSettings } from '../app/serve-settings.ts';

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
const MOST_PENDING = 10_000;

/** An OpenID Connect provider, by the authorization code flow with PKCE. It is asked what it can do when it is needed. */
export class Provider {
  readonly #settings: ProviderSettings;
  readonly #redirect: string;
  readonly #pending = new Map<string, Pending>();
  #configuration: Promise<Configuration> | null = null;

  /** @param redirect the URL to which it sends people back */
  constructor(settings: ProviderSettings, redirect: string) {
    this.#settings = settings;
    this.#redirect = redirect;
  }

  /**
   * Begins a login.
   * @param next the page to go on to
   * @returns where to send whoever logs in, and a secret by which they are known again when they come back
   */
  async begin(next: string): Promise<{ url: URL; secret: string }> {
    const configuration = await this.#configure();
    const pending = {
      verifier: randomPKCECodeVerifier(),
      state: randomState(),
      nonce: randomNonce(),
      next,
      until: Date.now() + PENDING_MS,
    };
    const secret = randomBytes(32).toString('base64url');
    this.#pending.set(secret, pending);
    const [oldest] = this.#pending.keys();
    if (this.#pending.size > MOST_PENDING && oldest !== undefined) this.#pending.delete(oldest);
    const url = buildAuthorizationUrl(configuration, {
      redirect_uri: this.#redirect,
      scope: this.#settings.scope,
      code_challenge: await calculatePKCECodeChallenge(pending.verifier),
      code_challenge_method: 'S256',
      state: pending.state,
      nonce: pending.nonce,
    });
    return { url, secret };
  }

  /**
   * Ends a login.
   * @param search the query that the provider has sent them back with
   * @returns null where no such login was begun
   * @throws Error where the provider, or what came back, says no
   */
  async complete(secret: string, search: string): Promise<{ person: ProvidedPerson; next: string } | null> {
    const pending = this.#pending.get(secret);
    this.#pending.delete(secret);
    if (pending === undefined || pending.until < Date.now()) return null;
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
