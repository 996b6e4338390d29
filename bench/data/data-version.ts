import { fileURLToPath } from 'node:url';
import { digestOfFolder } from './data-folder.ts';

/** All data is made from it. */
export const SEED = 20_240_101;

/** 2024-01-01, the first day of all data. */
export const FIRST_DAY = 19_723;

/** Tells data that other code would make from this. */
export const dataVersion: string = digestOfFolder(fileURLToPath(new URL('.', import.meta.url)));
/** Tells stores that other code would make from this. */
export const storeVersion: string = digestOfFolder(fileURLToPath(new URL('../../src/store', import.meta.url)));
