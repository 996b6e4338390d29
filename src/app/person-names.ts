import { createHmac } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { PersonNames } from '../privacy/pseudonymous-store.ts';
import { createPseudonyms } from '../privacy/pseudonyms.ts';
import type { StoreTarget } from '../store/store-target.ts';

/** What analysts see instead of names: the same in a store for ever, and others in another store. */
export function createPersonNames(key: Uint8Array, store: StoreTarget): PersonNames {
  const place = placeOf(store);
  const keyOf = (purpose: string): Uint8Array =>
    createHmac('sha256', key)
      .update(JSON.stringify([purpose, store.kind, place]))
      .digest();
  return {
    ofUser: createPseudonyms(keyOf('user'), 'u-'),
    ofGroup: createPseudonyms(keyOf('group'), 'g-'),
  };
}

/** Where a store is, the same text however that is written; docs/privacy.md says what is not seen to be the same. */
function placeOf(store: StoreTarget): string {
  switch (store.kind) {
    case 'duckdb':
      return realPath(store.path);
    case 'mysql':
      return `${store.socket === null ? serverName(store.host, store.port ?? MYSQL_PORT) : realPath(store.socket)}/${store.database}`;
    case 'clickhouse': {
      // A cluster is the same whichever of its servers are named.
      const [first] = store.hosts;
      return `${store.cluster ?? serverName(first?.host ?? '', first?.port ?? 0)}/${store.database}`;
    }
  }
}

const MYSQL_PORT = 3306;

function serverName(host: string, port: number): string {
  const isLocal = /^(?:localhost|127\.0\.0\.1|::1)$/i.test(host);
  return `${isLocal ? 'localhost' : host.toLowerCase()}:${port}`;
}

/** A path without links, also of a file that there is not yet. */
function realPath(path: string): string {
  for (const find of [(): string => realpathSync(path), () => join(realpathSync(dirname(path)), basename(path))]) {
    try {
      return find();
    } catch {
      // There is no such file, or its folder cannot be looked at.
    }
  }
  return path;
}
