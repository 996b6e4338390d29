import { createHash, randomBytes } from 'node:crypto';
import type { Role } from '../core/role.ts';

/** Somebody who has logged in. */
export interface Session {
  readonly name: string;
  readonly role: Role;
  /** Of the token that was traded for it; null where a provider has said who it is. */
  readonly tokenDigest: string | null;
  /** Milliseconds since 1970 UTC. */
  readonly until: number;
}

const MOST_SESSIONS = 10_000;

/** Who is logged in, by the secret in their cookie. They end with the server: nothing of them is written down. */
export class Sessions {
  readonly #byDigest = new Map<string, Session>();

  /** @returns the secret */
  begin(session: Session): string {
    const secret = randomBytes(32).toString('base64url');
    this.#byDigest.set(digestOf(secret), session);
    const [oldest] = this.#byDigest.keys();
    if (this.#byDigest.size > MOST_SESSIONS && oldest !== undefined) this.#byDigest.delete(oldest);
    return secret;
  }

  find(secret: string, now: number): Session | null {
    const digest = digestOf(secret);
    const session = this.#byDigest.get(digest);
    if (session === undefined || session.until > now) return session ?? null;
    this.#byDigest.delete(digest);
    return null;
  }

  end(secret: string): void {
    this.#byDigest.delete(digestOf(secret));
  }
}

function digestOf(secret: string): string {
  return createHash('sha256').update(secret, 'utf8').digest('base64');
}
