import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer, get, type RequestListener } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readServeSettings } from '../../src/app/serve-settings.ts';
import { addToken, revokeToken } from '../../src/app/token-file.ts';
import { newBusyStore } from '../support/busy-store.ts';
import { type Dashboard, newDashboard, openDashboard } from '../support/dashboard.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { waitUntil } from '../support/wait-until.ts';

const form = (fields: Record<string, string>, headers: Record<string, string> = {}): RequestInit => ({
  method: 'POST',
  redirect: 'manual',
  headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  body: new URLSearchParams(fields).toString(),
});

const cookieOf = (response: Response): string => response.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '';

describe('a token', () => {
  test('is traded for a session that ends with it', async () => {
    const dashboard = await newDashboard(await newBusyStore('duckdb', 5));
    const { url, folder, tokens } = dashboard;
    const { token } = addToken(folder, { name: 'brief', role: 'analyst', expires: Date.now() + 3_600_000 });
    const response = await fetch(`${url}/login`, form({ token, next: '/modules' }, { origin: url }));
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/modules');
    expect(response.headers.getSetCookie()[0]).toMatch(/; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/);
    const cookie = cookieOf(response);
    const me = async (): Promise<unknown> => (await fetch(`${url}/api/v1/me`, { headers: { cookie } })).json();
    expect(await me()).toEqual({ name: 'brief', role: 'analyst', by: 'session' });
    revokeToken(folder, 'brief');
    expect(await me()).toEqual({ name: '', role: null, by: 'nothing' });
    expect((await fetch(`${url}/login`, form({ token }, { origin: url }))).status).toBe(401);
    expect(
      (await fetch(`${url}/login`, form({ token: tokens.staff, next: '//evil.example' }, { origin: url }))).headers.get(
        'location',
      ),
    ).toBe('/');
  });

  test('that has come to its end is no good', async () => {
    const dashboard = await newDashboard(await newBusyStore('duckdb', 5));
    const { token } = addToken(dashboard.folder, { name: 'old', role: 'staff', expires: Date.now() - 1000 });
    const answer = await dashboard.get('/api/v1/reports', 'nobody', { authorization: `Bearer ${token}` });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ error: { code: 'NOT_SIGNED_IN' } });
  });

  test('cannot be guessed: after ten wrong ones the address has to wait', async () => {
    const dashboard = await newDashboard(await newBusyStore('duckdb', 5));
    const statuses: number[] = [];
    for (let n = 0; n < 12; n++) {
      const answer = await dashboard.get('/api/v1/reports', 'nobody', { authorization: `Bearer mt_${n}` });
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([...Array(10).fill(401), 429, 429]);
    // Who has a right one is not kept out by whoever shares the address.
    expect((await dashboard.get('/api/v1/reports', 'staff')).status).toBe(200);
  });
});

test('what another site sends changes nothing', async () => {
  const dashboard = await newDashboard(await newBusyStore('duckdb', 5));
  const { url, tokens } = dashboard;
  for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
    for (const path of ['/login', '/logout']) {
      const response = await fetch(url + path, form({ token: tokens.staff }, headers as Record<string, string>));
      expect(response.status).toBe(403);
      expect(response.headers.getSetCookie()).toEqual([]);
    }
  }
});

test('who leaves in the midst of a request is counted, and keeps nobody from ending the server', async () => {
  const dashboard = await openDashboard(await newBusyStore('duckdb', 5));
  const { hostname, port } = new URL(dashboard.url);
  const silent = connect(Number(port), hostname);
  const leaving = connect(Number(port), hostname);
  onTestFinished(() => {
    silent.destroy();
    leaving.destroy();
  });
  await Promise.all([once(silent, 'connect'), once(leaving, 'connect')]);
  // The rest of what it announces never comes.
  leaving.write('POST /login HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\ncontent-type: text/plain\r\n\r\ntoken');
  leaving.end();
  await waitUntil(async () => {
    const metrics = await (await dashboard.get('/metrics')).text();
    return metrics.includes('modtally_http_responses_total{route="/login",status="499"} 1');
  }, 'the request is given up');
  expect(dashboard.log.join('')).toContain('"route":"/login","status":499');
  const startedAt = performance.now();
  await dashboard.close();
  expect(performance.now() - startedAt).toBeLessThan(20_000);
});

describe('a reverse proxy', () => {
  const settings = {
    userHeader: 'x-remote-user',
    groupsHeader: 'x-remote-groups',
    roleOfGroup: new Map([
      ['hpc', 'staff'],
      ['*', 'public'],
    ] as const),
  };
  const ask = async (dashboard: Dashboard, headers: Record<string, string>): Promise<unknown> =>
    (await dashboard.get('/api/v1/me', 'nobody', headers)).json();

  test('says who somebody is, and their groups what they see', async () => {
    const dashboard = await newDashboard(await newBusyStore('duckdb', 5), { ...settings, proxies: ['127.0.0.1'] });
    expect(await ask(dashboard, { 'x-remote-user': 'ann', 'x-remote-groups': 'users, hpc' })).toMatchObject({
      name: 'ann',
      role: 'staff',
    });
    expect(await ask(dashboard, { 'x-remote-user': 'bob', 'x-remote-groups': 'users' })).toMatchObject({
      role: 'public',
    });
    expect(await ask(dashboard, { 'x-remote-groups': 'hpc' })).toMatchObject({ role: null });
    const response = await fetch(
      `${dashboard.url}/login`,
      form({ token: dashboard.tokens.staff }, { 'x-forwarded-proto': 'https' }),
    );
    expect(response.headers.getSetCookie()[0]).toMatch(/; Secure$/);
  });

  test('is not believed without its secret, nor where a header was sent twice', async () => {
    const secret = 'proxy secret of the test';
    const dashboard = await newDashboard(await newBusyStore('duckdb', 5), {
      ...settings,
      proxies: ['127.0.0.1'],
      proxySecret: secret,
    });
    const names = { 'x-remote-user': 'ann', 'x-remote-groups': 'hpc' };
    expect(await ask(dashboard, names)).toMatchObject({ role: null });
    expect(await ask(dashboard, { ...names, 'x-modtally-secret': `${secret}x` })).toMatchObject({ role: null });
    expect(await ask(dashboard, { ...names, 'x-modtally-secret': secret })).toMatchObject({
      name: 'ann',
      role: 'staff',
    });
    const askRaw = (doubled: Record<string, string[]>): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const headers = { ...names, 'x-modtally-secret': secret, ...doubled };
        get(`${dashboard.url}/api/v1/me`, { headers }, async (response) => {
          const parts = await response.toArray();
          resolve(JSON.parse(parts.join('')));
        }).on('error', reject);
      });
    expect(await askRaw({ 'x-remote-user': ['ann', 'bob'] })).toMatchObject({ name: '', role: null });
    expect(await askRaw({ 'x-remote-groups': ['hpc', 'users'] })).toMatchObject({ name: 'ann', role: 'public' });
  });

  test('on this machine has to have a secret, or a warning says who else can come in', () => {
    const warningsWith = (proxies: string, secret?: string): readonly string[] =>
      readServeSettings({ flags: { proxies, user_header: 'X-Remote-User', proxy_secret_file: secret } }).warnings;
    for (const own of ['127.0.0.1', '127.0.1.1', '::1', '0.0.0.0/0']) expect(warningsWith(own)).toHaveLength(1);
    expect(warningsWith('240.0.0.1')).toEqual([]);
    expect(() => warningsWith('240.0.0.0/99')).toThrow(/240\.0\.0\.0\/99/);
    const file = join(temporaryFolder(), 'secret');
    writeFileSync(file, 'a secret of the proxy\n', { mode: 0o600 });
    expect(warningsWith('127.0.0.1', file)).toEqual([]);
    chmodSync(file, 0o644);
    expect(() => warningsWith('127.0.0.1', file)).toThrow(/read by everybody/);
    writeFileSync(file, 'short\n');
    expect(() => warningsWith('127.0.0.1', file)).toThrow(/16 characters/);
  });

  test('is not believed where it comes from elsewhere', async () => {
    const dashboard = await newDashboard(await newBusyStore('duckdb', 5), { ...settings, proxies: ['10.0.0.0/8'] });
    expect(await ask(dashboard, { 'x-remote-user': 'ann', 'x-remote-groups': 'hpc' })).toMatchObject({ role: null });
  });
});

test('an OpenID Connect provider lets people in, each by the groups it tells', async () => {
  // It comes without types.
  const name: string = 'oidc-provider';
  const { default: Oidc } = (await import(name)) as {
    default: new (issuer: string, options: object) => { callback(): RequestListener };
  };
  const front = createServer();
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    front.closeAllConnections();
    front.close();
  });
  const issuer = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
  // The port is needed before there is a server on it: whoever comes back is led there by hand.
  const redirect = 'http://127.0.0.1:1/login/return';
  const provider = new Oidc(issuer, {
    clients: [{ client_id: 'modtally', client_secret: 'secret', redirect_uris: [redirect] }],
    claims: { openid: ['sub', 'groups', 'preferred_username'] },
    conformIdTokenClaims: false,
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, preferred_username: id, groups: id === 'ann' ? ['hpc'] : ['others'] }),
    }),
    cookies: { keys: ['k'] },
  });
  front.on('request', provider.callback());
  const dashboard = await newDashboard(await newBusyStore('duckdb', 5), {
    url: new URL('http://127.0.0.1:1/'),
    roleOfGroup: new Map([['hpc', 'staff']] as const),
    provider: { issuer: new URL(issuer), client: 'modtally', secret: 'secret', scope: 'openid', groupsClaim: 'groups' },
  });

  /** Logs in at the provider; what it is asked may be changed on the way. */
  const comeBack = async (
    user: string,
    change: (url: string) => string = (same) => same,
  ): Promise<() => Promise<Response>> => {
    const start = await dashboard.get('/login/provider?next=%2Fmodules', 'nobody');
    const own = cookieOf(start);
    expect(start.headers.getSetCookie()[0]).toMatch(/HttpOnly; SameSite=Lax/);
    const jar = new Map<string, string>();
    let url = change(start.headers.get('location') ?? '');
    let body: string | null = null;
    for (let step = 0; step < 12 && !url.startsWith(redirect); step++) {
      const cookie = [...jar].map(([key, value]) => `${key}=${value}`).join('; ');
      const headers = { cookie, 'content-type': 'application/x-www-form-urlencoded' };
      const response = await fetch(
        url,
        body === null ? { redirect: 'manual', headers } : { method: 'POST', body, redirect: 'manual', headers },
      );
      for (const each of response.headers.getSetCookie()) {
        const [, key = '', value = ''] = /^([^=]+)=([^;]*)/.exec(each) ?? [];
        jar.set(key, value);
      }
      const location = response.headers.get('location');
      const page = await response.text();
      if (location === null) {
        const action = /action="([^"]+)"/.exec(page)?.[1] ?? '';
        url = new URL(action, url).href;
        body = page.includes('name="login"') ? `prompt=login&login=${user}&password=x` : 'prompt=consent';
      } else {
        url = new URL(location, url).href;
        body = null;
      }
    }
    const path = `/login/return${new URL(url).search}`;
    return () => dashboard.get(path, 'nobody', { cookie: own, accept: 'text/html' });
  };
  const logIn = async (...of: Parameters<typeof comeBack>): Promise<Response> => (await comeBack(...of))();

  const ann = await logIn('ann');
  expect(ann.status).toBe(200);
  expect(await ann.text()).toContain('0;url=/modules');
  const session = await dashboard.get('/api/v1/me', 'nobody', { cookie: cookieOf(ann) });
  expect(await session.json()).toEqual({ name: 'ann', role: 'staff', by: 'session' });
  const bob = await logIn('bob');
  expect(bob.status).toBe(403);
  expect(bob.headers.getSetCookie()).toEqual([]);
  expect((await dashboard.get('/login/return?code=x&state=y', 'nobody', { accept: 'text/html' })).status).toBe(403);
  for (const name of ['state', 'nonce']) {
    const changed = await logIn('ann', (url) => url.replace(new RegExp(`([?&]${name}=)[^&]+`), '$1another'));
    expect(changed.status, name).toBe(403);
    expect(changed.headers.getSetCookie()).toEqual([]);
  }
  const log = dashboard.log.join('');
  expect(log).toMatch(/"level":40.*"cause":".*state/);
  expect(log).toMatch(/"level":40.*"cause":".*nonce/);
  expect(await (await dashboard.get('/metrics')).text()).toMatch(/^modtally_login_failures_total 4$/m);

  const back = await comeBack('ann');
  front.closeAllConnections();
  await new Promise((resolve) => front.close(resolve));
  expect((await back()).status).toBe(502);
  expect(dashboard.log.join('')).toMatch(/"level":50.*"cause":"fetch failed: [^"]*ECONNREFUSED/);
});
