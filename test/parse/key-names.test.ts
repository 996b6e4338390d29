import { describe, expect, test } from 'vitest';
import type { Load } from '../../src/core/load.ts';
import { loadOf, makeLine, prefix, readLine, refusalOf } from '../support/read-line.ts';

/** The keys in use, what each says, and how a load shows it. */
const aliases: readonly [keys: string, value: string, field: keyof Load, shown: unknown][] = [
  ['user username u', 'bob', 'user', 'bob'],
  ['module m', 'R/4.0', 'module', 'R/4.0'],
  ['path fn modulefile modfile fullpath', '/opt/R', 'path', '/opt/R'],
  ['host h', 'n1.grace.edu', 'host', 'n1.grace.edu'],
  ['cluster syshost', 'faster', 'syshost', 'faster'],
  ['time date timestamp', '1700000000.5', 'timeUs', 1_700_000_000_500_000],
  ['jobid job_id j sj', '77', 'jobid', '77'],
  ['userload ul requested', 'yes', 'direct', true],
  ['auto', 'yes', 'direct', false],
  ['group account', 'astro', 'group', 'astro'],
];

/** The keys that `makeLine` writes. */
const usualKey: Partial<Record<keyof Load, string>> = {
  user: 'user',
  module: 'module',
  path: 'path',
  host: 'host',
  timeUs: 'time',
};

const spellings = aliases.flatMap(([keys, value, field, shown]) =>
  keys
    .split(' ')
    .flatMap((key) => [key, key.toUpperCase(), (key[0] ?? '').toUpperCase() + key.slice(1)])
    .map((key) => ({ key, value, field, shown })),
);

test.each(spellings)('$key= gives $field', ({ key, value, field, shown }) => {
  const usual = usualKey[field];
  const line = makeLine({ ...(usual === undefined ? {} : { [usual]: null }), [key]: value });
  expect(loadOf(line)[field]).toEqual(shown);
});

test('a key is a whole word: what only ends or begins like one is another', () => {
  const line = `${prefix}euser=root xmodule=x user2=y user.name=z my-user=w user=alice module=gcc time=1731283200`;
  expect(loadOf(line)).toMatchObject({ user: 'alice', module: 'gcc', path: 'gcc' });
});

test('a key of one huge word is passed over', () => {
  expect(loadOf(`${makeLine()} ${'k'.repeat(10_000)}=x`)).toEqual(loadOf(makeLine()));
});

test('fields come in any order, with others between them', () => {
  const line = `${prefix}time=1731283200 foo=1 path=/p shell=bash module=gcc/12.2 x= user=alice =y`;
  expect(loadOf(line)).toMatchObject({ user: 'alice', module: 'gcc/12.2', path: '/p' });
});

describe('of several keys for one field', () => {
  test('the first counts', () => {
    expect(loadOf(makeLine({ username: 'bob' })).user).toBe('alice');
    expect(loadOf(`${prefix}username=bob user=alice module=gcc time=1731283200`).user).toBe('bob');
  });

  test('one without a value gives way', () => {
    expect(loadOf(makeLine({ user: '', username: 'bob' })).user).toBe('bob');
    expect(loadOf(makeLine({ user: '""', username: 'bob' })).user).toBe('bob');
  });
});

describe('a line that is no load', () => {
  test.each([
    ['one key only, and no tag of the module system', 'Nov 11 00:00:00 c1 logger: user=alice'],
    ['no module, and no tag of the module system', 'Nov 11 00:00:00 c1 backup: user=alice path=/home/alice'],
    ['a mode other than load', makeLine({ mode: 'unload' })],
    ['a mode without a value', makeLine({ mode: '' })],
    ['a command other than load', makeLine({ cmd: 'avail' })],
    ['a command about no module', makeLine({ module: null, cmd: 'load' })],
    ['no key of a load', `${prefix}host=c1 time=1731283200 jobid=1`],
    ['no key at all', `${prefix}alice loaded gcc`],
  ])('has %s', (_, line) => {
    expect(refusalOf(line)).toBe('skip: not a load');
  });
});

describe('a line that is a spoiled load', () => {
  test('has one key of a load under a tag of the module system', () => {
    expect(refusalOf(`${prefix}user=alice`)).toBe('reject: module');
    expect(refusalOf(`${prefix}module=gcc/12.2`)).toBe('reject: user');
    expect(refusalOf(`${prefix}path=/p`)).toBe('reject: user');
    expect(refusalOf('Nov 11 00:00:00 c1 lmod: user=alice')).toBe('reject: module');
    expect(refusalOf('Nov 11 00:00:00 c1 my-MODULES[1]: user=alice')).toBe('reject: module');
  });

  test('names two of user, module and path where there is no prefix', () => {
    expect(refusalOf('user=alice path=/p time=1731283200')).toBe('reject: module');
    expect(refusalOf('module=gcc path=/p time=1731283200')).toBe('reject: user');
    expect(refusalOf('module=gcc time=1731283200')).toBe('skip: not a load');
  });

  test('names a module and something else under any tag', () => {
    expect(refusalOf('Nov 11 00:00:00 c1 logger: user= module=gcc path=/p')).toBe('reject: user');
  });
});

test('a mode or command of load is a load in any letter case', () => {
  for (const line of [makeLine({ mode: 'load' }), makeLine({ mode: 'LOAD' }), makeLine({ command: '"Load"' })]) {
    expect(readLine(line).kind).toBe('load');
  }
});
