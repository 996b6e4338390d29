import { AppError } from '../core/app-error.ts';
import type { Store } from '../store/store.ts';

/** What reports ask of a store. */
export type UsageReader = Pick<Store, 'select' | 'count' | 'readCatalogues' | 'readHistory'> &
  Partial<Pick<Store, 'readUserDays'>>;

/** A store that gives the answers of a reader, and can do nothing else. */
export function restrictStore(store: Store, reader: UsageReader): Store {
  const refuse = (): Promise<never> =>
    Promise.reject(new AppError('STORE_DENIED', `${store.name} can only be asked for reports here`));
  return {
    name: store.name,
    readState: () => store.readState(),
    atOnce: refuse,
    create: refuse,
    prepare: refuse,
    drop: refuse,
    readLedger: refuse,
    readPrints: refuse,
    openImport: refuse,
    readRows: refuse,
    readUserDays: refuse,
    remove: refuse,
    forgetUser: refuse,
    addSnapshot: refuse,
    close: async () => {},
    ...reader,
  };
}
