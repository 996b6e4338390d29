import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createPersonNames } from '../../src/app/person-names.ts';
import { parseStoreUrl } from '../../src/app/store-url.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const pseudonymIn = (url: string): string =>
  createPersonNames(Buffer.alloc(32), parseStoreUrl(url, '')).ofUser('amora');

test('pseudonyms are the same in a store, however it is named, and others in another', () => {
  const folder = temporaryFolder();
  symlinkSync(folder, join(folder, 'link'));
  const before = pseudonymIn(`duckdb:${folder}/link/usage.duckdb`);
  writeFileSync(join(folder, 'usage.duckdb'), '');
  symlinkSync(join(folder, 'usage.duckdb'), join(folder, 'other.duckdb'));
  const groups = [
    [
      before,
      ...['link/usage.duckdb', 'usage.duckdb', 'other.duckdb'].map((name) => pseudonymIn(`duckdb:${folder}/${name}`)),
    ],
    ['me@DB1/lmod', 'db1:3306/lmod', 'you@db1/lmod'].map((place) => pseudonymIn(`mysql://${place}`)),
    ['localhost/lmod', '127.0.0.1:3306/lmod', '[::1]/lmod'].map((place) => pseudonymIn(`mysql://${place}`)),
    ['db1:3307/lmod'].map((place) => pseudonymIn(`mysql://${place}`)),
    ['db1/other'].map((place) => pseudonymIn(`mysql://${place}`)),
    [`localhost/lmod?socket=${folder}/my.sock`, `db/lmod?socket=${folder}/link/my.sock`].map((place) =>
      pseudonymIn(`mysql://${place}`),
    ),
    ['CH1/lmod', 'ch1:8123/lmod'].map((place) => pseudonymIn(`clickhouse://${place}`)),
    ['ch1,ch2/lmod?cluster=c', 'ch2/lmod?cluster=c'].map((place) => pseudonymIn(`clickhouse://${place}`)),
  ];
  for (const group of groups) expect(new Set(group).size).toBe(1);
  expect(new Set(groups.flat()).size).toBe(groups.length);
});
