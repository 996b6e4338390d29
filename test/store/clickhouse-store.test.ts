import { testStore } from './store-contract.ts';

testStore('clickhouse');
