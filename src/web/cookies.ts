/** What a cookie may be read by and how long it lasts. */
export interface CookieOptions {
  readonly path: string;
  readonly isSecure: boolean;
  /** `Strict` goes along with nothing that another site has begun; `Lax` with links that were followed. */
  readonly sameSite: 'Strict' | 'Lax';
  readonly maxAgeSeconds: number;
}

/** The value of a cookie in a request's header; null where it has none. */
export function readCookie(header: string | undefined, name: string): string | null {
  for (const part of (header ?? '').split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return null;
}

/** A `Set-Cookie` header. Scripts cannot read the cookie. */
export function formatCookie(name: string, value: string, options: CookieOptions): string {
  const { path, isSecure, sameSite, maxAgeSeconds } = options;
  const secure = isSecure ? '; Secure' : '';
  return `${name}=${value}; Path=${path}; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=${sameSite}${secure}`;
}
