import { createHmac } from 'node:crypto';
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

function placeOf(store: StoreTarget): string {
  switch (store.kind) {
    case 'duckdb':
      return store.path;
    case 'mysql':
      return `${store.host}:${store.port}/${store.database}`;
    case 'clickhouse': {
      // A cluster is the same whichever of its servers are named.
      const [first] = store.hosts;
      return `${store.cluster ?? `${first?.host}:${first?.port}`}/${store.database}`;
    }
  }
}
