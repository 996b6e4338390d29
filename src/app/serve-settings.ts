import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { describeCause } from '../core/app-error.ts';
import { type Role, readRole, roles } from '../core/role.ts';
import { isListed, listAddresses } from './address-list.ts';
import {
  badSetting,
  lookIn,
  type NamedSetting,
  readList,
  readNumber,
  readPlace,
  readYesNo,
  type TableRequest,
} from './named-setting.ts';
import { isReadableByOthers, stateDirectory } from './settings.ts';
import { absolutePath } from './store-url.ts';

/** The settings of `modtally serve` and `modtally token`: how each is called in the table [serve], and what it does. */
export const serveMeanings = {
  listen: 'where to listen, PORT or HOST:PORT; 127.0.0.1:8080 unless given',
  url: 'how people reach it, where a reverse proxy stands before it',
  folder: 'where tokens, keys and the audit log are kept',
  public: 'whether whoever has no token sees what the public may see',
  least_users: 'the public sees no number of people below this; 5 unless given',
  session_hours: 'how long a login lasts; 12 unless given',
  proxies: 'the addresses of reverse proxies whose headers count',
  proxy_secret_file: 'a file whose first line is a secret that these proxies send along',
  user_header: 'the header in which these proxies say who somebody is',
  groups_header: 'the header in which they say which groups somebody is in, with commas between',
  roles: 'which groups are which role, as GROUP=ROLE; * is everybody who is known',
  oidc_issuer: 'the OpenID Connect provider, by its issuer URL',
  oidc_client: 'the client that modtally is at the provider',
  oidc_secret_file: 'a file whose first line is the secret of that client',
  oidc_scope: 'what is asked of the provider; "openid profile" unless given',
  oidc_groups: 'the claim in which the provider says which groups somebody is in; groups unless given',
} as const;

export type ServeSettingName = keyof typeof serveMeanings;

export interface ServeSettings {
  readonly host: string;
  readonly port: number;
  /** Null where people reach it where it listens. */
  readonly url: URL | null;
  readonly folder: string;
  readonly isPublic: boolean;
  readonly leastUsers: number;
  readonly sessionMs: number;
  readonly proxies: readonly string[];
  /** Without it, what proxies say does not count; null where their address is enough. */
  readonly proxySecret: string | null;
  /** In lower case; null where proxies say nothing. */
  readonly userHeader: string | null;
  readonly groupsHeader: string | null;
  /** `*` stands for everybody who is known. */
  readonly roleOfGroup: ReadonlyMap<string, Role>;
  readonly provider: ProviderSettings | null;
  /** Sentences that whoever starts the dashboard should see. */
  readonly warnings: readonly string[];
}

/** An OpenID Connect provider, and what modtally is there. */
export interface ProviderSettings {
  readonly issuer: URL;
  readonly client: string;
  readonly secret: string;
  readonly scope: string;
  readonly groupsClaim: string;
}

/**
 * Reads the settings of `modtally serve`: the flag, else `MODTALLY_SERVE_NAME`, else the table [serve] of a
 * configuration file.
 * @throws AppError BAD_SETTING
 */
export function readServeSettings(request: TableRequest<ServeSettingName>): ServeSettings {
  const look = lookIn('serve', serveMeanings, request);
  const textOf = (name: ServeSettingName): string | null => look(name)?.value || null;
  const listen = look('listen');
  const folder = textOf('folder');
  const url = readUrl(look('url'));
  const [proxies, userHeader] = [readList(look('proxies')), textOf('user_header')];
  const isOpenToAccounts = areOnThisMachine(look('proxies'), proxies);
  const proxySecret = readProxySecret(look('proxy_secret_file'));
  if (userHeader !== null && proxies.length === 0) {
    throw badSetting(
      look('user_header'),
      'counts only from a proxy, and none is named',
      'Name its address with proxies.',
    );
  }
  return {
    ...readPlace(listen, listen?.value ?? '8080', '127.0.0.1'),
    url,
    folder: folder === null ? join(stateDirectory(), 'serve') : absolutePath(folder),
    isPublic: readYesNo(look('public')),
    leastUsers: readNumber(look('least_users'), 5, 2),
    sessionMs: readNumber(look('session_hours'), 12, 1) * 3_600_000,
    proxies,
    proxySecret,
    userHeader: userHeader?.toLowerCase() ?? null,
    groupsHeader: textOf('groups_header')?.toLowerCase() ?? null,
    roleOfGroup: readRoles(look('roles')),
    provider: readProvider(look, url),
    warnings: userHeader !== null && proxySecret === null && isOpenToAccounts ? [OPEN_TO_ACCOUNTS] : [],
  };
}

const OPEN_TO_ACCOUNTS =
  'whoever has an account on this machine can come in as anybody, staff too: proxies names this machine, and every program on it can send user_header. Set proxy_secret_file.';

/** Whether every program of this machine can come from an address of a proxy. */
function areOnThisMachine(setting: NamedSetting | null, proxies: readonly string[]): boolean {
  try {
    const list = listAddresses(proxies);
    const own = Object.values(networkInterfaces()).flatMap((addresses = []) => addresses.map(({ address }) => address));
    return (
      proxies.some((text) => text.startsWith('127.')) ||
      ['127.0.0.1', '::1', ...own].some((address) => isListed(list, address))
    );
  } catch (cause) {
    throw badSetting(
      setting,
      `has what is no address: ${describeCause(cause)}`,
      'Write addresses such as 127.0.0.1, ::1 or 10.1.0.0/16.',
    );
  }
}

function readProxySecret(setting: NamedSetting | null): string | null {
  if (setting === null || setting.value === '') return null;
  const secret = readSecret(setting).trim();
  if (secret.length < LEAST_SECRET) throw badSetting(setting, `has to hold ${LEAST_SECRET} characters at least`);
  if (isReadableByOthers(absolutePath(setting.value))) {
    throw badSetting(setting, 'can be read by everybody', `chmod 600 ${setting.value}`);
  }
  return secret;
}

/** Characters of a secret that nobody guesses. */
const LEAST_SECRET = 16;

type Look = (name: ServeSettingName) => NamedSetting | null;

function readUrl(setting: NamedSetting | null): URL | null {
  if (setting === null) return null;
  const url = URL.canParse(setting.value) ? new URL(setting.value) : null;
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  throw badSetting(
    setting,
    `is no URL: ${setting.value}`,
    'Write it as https://usage.example.org or with a path behind it.',
  );
}

function readRoles(setting: NamedSetting | null): Map<string, Role> {
  return new Map(
    readList(setting).map((entry) => {
      const at = entry.lastIndexOf('=');
      const role = readRole(entry.slice(at + 1).trim());
      if (at > 0 && role !== null) return [entry.slice(0, at).trim(), role];
      throw badSetting(setting, `cannot be understood: ${entry}`, `Write GROUP=ROLE. Roles: ${roles.join(', ')}.`);
    }),
  );
}

function readProvider(look: Look, url: URL | null): ProviderSettings | null {
  const issuer = readUrl(look('oidc_issuer'));
  if (issuer === null) return null;
  const [client, secretFile] = [look('oidc_client'), look('oidc_secret_file')];
  if (client === null || secretFile === null || url === null) {
    throw badSetting(look('oidc_issuer'), 'needs oidc_client, oidc_secret_file and url, too');
  }
  return {
    issuer,
    client: client.value,
    secret: readSecret(secretFile),
    scope: look('oidc_scope')?.value || 'openid profile',
    groupsClaim: look('oidc_groups')?.value || 'groups',
  };
}

function readSecret(setting: NamedSetting): string {
  try {
    return readFileSync(absolutePath(setting.value), 'utf8').split(/\r?\n/, 1)[0] ?? '';
  } catch (cause) {
    throw badSetting(setting, `cannot be read: ${describeCause(cause)}`);
  }
}
