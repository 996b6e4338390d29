import { testStore } from './store-contract.ts';

testStore('duckdb');
