import { createHmac } from 'node:crypto';
import type { PersonNames } from '../privacy/pseudonymous-store.ts';
import { createPseudonyms } from '../privacy/pseudonyms.ts';
import type { StoreTarget } from '../store/store-target.ts';

/** What analysts see instead of names: the same in a store for ever, and others in another store. */
export function createPersonNames(key: Uint8Array, store: StoreTarget): PersonNames {
  const place = store.kind === 'duckdb' ? store.path : `${store.host}:${store.port}/${store.database}`;
  const keyOf = (purpose: string): Uint8Array =>
    createHmac('sha256', key)
      .update(JSON.stringify([purpose, store.kind, place]))
      .digest();
  return {
    ofUser: createPseudonyms(keyOf('user'), 'u-'),
    ofGroup: createPseudonyms(keyOf('group'), 'g-'),
  };
}
