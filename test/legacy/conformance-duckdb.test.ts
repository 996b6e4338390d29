import { testConformance } from './conformance-contract.ts';

testConformance('duckdb');
