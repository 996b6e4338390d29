import { newTarget } from '../support/stores.ts';
import { testStore } from './store-contract.ts';

testStore(() => newTarget('clickhouse'), 0.15);
