import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { holdsPassword, parseStoreUrl } from '../../src/app/store-url.ts';

const base = { kind: 'mysql', host: 'db', port: null, socket: null, user: 'lmod', password: '', database: 'lmodV2' };

const clickhouse = {
  kind: 'clickhouse',
  hosts: [{ host: 'ch', port: 8123 }],
  isSecure: false,
  user: 'tally',
  password: '',
  database: 'usage',
  cluster: null,
};

describe('a store URL', () => {
  test.each([
    ['duckdb:/srv/usage.duckdb', '/srv/usage.duckdb'],
    ['duckdb:///srv/usage.duckdb', '/srv/usage.duckdb'],
    ['DuckDB:usage.duckdb', resolve('usage.duckdb')],
    ['duckdb:../a b%20c.duckdb', resolve('../a b%20c.duckdb')],
    ['duckdb:~/usage.duckdb', join(homedir(), 'usage.duckdb')],
  ])('names a file: %s', (url, path) => {
    expect(parseStoreUrl(url, 'unused')).toEqual({ kind: 'duckdb', path });
  });

  test.each([
    ['mysql://lmod@db/lmodV2', {}],
    ['mariadb://lmod@db/lmodV2', {}],
    ['mysql://lmod@db:3307/lmodV2', { port: 3307 }],
    ['mysql://lmod@db:80/lmodV2', { port: 80 }],
    ['mysql://lmod@[::1]:3307/lmodV2', { host: '::1', port: 3307 }],
    ['mysql://lmod@localhost/lmodV2?socket=/run/my.sock', { host: 'localhost', socket: '/run/my.sock' }],
    ['mysql://lm%40od:p%3A%2F@db/lmod%20V2', { user: 'lm@od', password: 'p:/', database: 'lmod V2' }],
    ['mysql://db/lmodV2', { user: '' }],
  ])('names a database: %s', (url, change) => {
    expect(parseStoreUrl(url, '')).toEqual({ ...base, ...change });
  });

  test('is given the password that it does not hold', () => {
    expect(parseStoreUrl('mysql://lmod@db/lmodV2', 'secret')).toEqual({ ...base, password: 'secret' });
    expect(parseStoreUrl('mysql://lmod:own@db/lmodV2', 'secret')).toEqual({ ...base, password: 'own' });
  });

  test.each([
    ['clickhouse://tally@ch/usage', {}],
    ['clickhouse://ch/usage', { user: 'default' }],
    ['clickhouse://tally@ch/usage?secure=true', { isSecure: true, hosts: [{ host: 'ch', port: 8443 }] }],
    ['clickhouse://tally@ch/usage?secure=1', { isSecure: true, hosts: [{ host: 'ch', port: 8443 }] }],
    ['clickhouse://tally@ch/usage?secure=false', {}],
    ['clickhouse://tally@ch/usage?secure=0', {}],
    [
      'clickhouse://tally@ch1,ch2:8124,[::1]:8125,[::2]/usage?cluster=centre',
      {
        cluster: 'centre',
        hosts: [
          { host: 'ch1', port: 8123 },
          { host: 'ch2', port: 8124 },
          { host: '::1', port: 8125 },
          { host: '::2', port: 8123 },
        ],
      },
    ],
    ['clickhouse://ta%40lly:p%3A%2F@ch/usage', { user: 'ta@lly', password: 'p:/' }],
    ['clickhouse://tally:p@ss:w@ch/usage', { password: 'p@ss:w' }],
  ])('names a ClickHouse database: %s', (url, change) => {
    expect(parseStoreUrl(url, '')).toEqual({ ...clickhouse, ...change });
  });

  test.each([
    'clickhouse://tally@ch',
    'clickhouse://tally@ch/',
    'clickhouse:///usage',
    'clickhouse://tally@/usage',
    'clickhouse://tally@ch:99999/usage',
    'clickhouse://tally@ch,/usage',
    'clickhouse://tally@ch:x/usage',
    'clickhouse://tally@ch/us`age',
    "clickhouse://tally@ch/us'age",
    'clickhouse://tally@ch/usage?cluster=a b',
    'clickhouse://tally@ch/usage?cluster=',
    'clickhouse://tally@ch/usage?cluser=x',
    'clickhouse://tally@ch/usage?secure=yes',
    'clickhouse://tally@ch/usage?secure=TRUE',
    'clickhouse://tally@ch/usage?secure=',
    'clickhouse://tally@ch/usage?secure=false&secure=true',
    'clickhouse://tally@ch/a/b',
    'clickhouse://%zz@ch/usage',
  ])('of ClickHouse that is none is told: "%s"', (url) => {
    expect(() => parseStoreUrl(url, '')).toThrow(expect.objectContaining({ code: 'BAD_STORE_URL' }));
  });

  test.each([
    '',
    'usage.duckdb',
    'duckdb:',
    'mysql://db',
    'mysql://db/',
    'mysql://db/a/b',
    'mysql://%zz@db/x',
    'x://y',
  ])('that is none is told: "%s"', (url) => {
    expect(() => parseStoreUrl(url, '')).toThrow(expect.objectContaining({ code: 'BAD_STORE_URL' }));
  });

  test('with a bare % in its password is told what to write', () => {
    const message = expect.stringContaining('%25');
    expect(() => parseStoreUrl('mysql://u:50%off@h/d', '')).toThrow(expect.objectContaining({ message }));
  });

  test('that is none is told without its password', () => {
    for (const url of [
      'mysql://u:hushword@h',
      'oracle://u:hushword@h/d',
      'mysql://u:hushword@h:99999/d',
      'mysql://u:hush@word@h',
      'mysql://u:hush/word@h/d',
      'mysql://u:hush?word@h/d',
      'clickhouse://u:hush@word@h',
      'clickhouse://u:hush/word@h/d',
      'clickhouse://u:hush/a?word@h/d',
    ]) {
      expect(() => parseStoreUrl(url, '')).toThrow(
        expect.objectContaining({ message: expect.not.stringMatching(/hush|word/) }),
      );
    }
  });
});

test.each([
  ['mysql://u:p@h/d', true],
  ['mysql://:p@h/d', true],
  ['MYSQL://u:p@h/d', true],
  ['mysql://u:p/w@h/d', true],
  ['mysql://u:p?w@h/d', true],
  ['mysql://u:@p@h/d', true],
  ['clickhouse://u@site:p@h1:8123,h2/d', true],
  ['clickhouse://u@h1:8123,h2:8123/d', false],
  ['mysql://u@[::1]:3306/d', false],
  ['mysql://u@h:3306/d', false],
  ['mysql://u:@h/d', false],
  ['mysql://h:3306/d', false],
  ['duckdb:/a:b@c/d', false],
])('whether a URL holds a password is known: %s', (url, expected) => {
  expect(holdsPassword(url)).toBe(expected);
});
