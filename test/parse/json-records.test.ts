import { describe, expect, test } from 'vitest';
import type { LineFormat } from '../../src/core/line-outcome.ts';
import { loadOf, readLine, refusalOf } from '../support/read-line.ts';

const formats: LineFormat[] = ['log', 'json'];
const good = { user: 'alice', path: '/p', module: 'gcc/12.2', syshost: 'ls6', date: '1731283200' };
const record = (change: Record<string, unknown> = {}): string => JSON.stringify({ ...good, ...change });

describe.each(formats)('a JSON record in a source of format %s', (format) => {
  const load = (change: Record<string, unknown>): ReturnType<typeof loadOf> => loadOf(record(change), { format });
  const refusal = (change: Record<string, unknown>): string => refusalOf(record(change), { format });

  test('is a load', () => {
    expect(load({})).toEqual({
      user: 'alice',
      module: 'gcc/12.2',
      path: '/p',
      syshost: 'ls6',
      timeUs: 1_731_283_200_000_000,
      host: null,
      direct: null,
      jobid: null,
      group: null,
      counts: null,
    });
  });

  test('has numbers and booleans where it likes', () => {
    expect(load({ user: 1001, jobid: 77, auto: false, date: 1_731_283_200.5 })).toMatchObject({
      user: '1001',
      jobid: '77',
      direct: true,
      timeUs: 1_731_283_200_500_000,
    });
    expect(load({ module: true }).module).toBe('true');
  });

  test('has null where it has nothing', () => {
    expect(load({ syshost: null, jobid: null, group: null, host: null })).toMatchObject({ syshost: null, jobid: null });
    expect(load({ path: null }).path).toBe('gcc/12.2');
    expect(refusal({ user: null })).toBe('reject: user');
    expect(refusal({ module: null })).toBe('reject: module');
    expect(refusal({ date: null })).toBe('reject: time');
  });

  test('has no lists or objects for a field that counts', () => {
    for (const value of [[], ['alice'], {}, { name: 'alice' }]) {
      expect(refusal({ user: value })).toBe('reject: user');
      expect(refusal({ path: value })).toBe('reject: path');
      expect(refusal({ date: value })).toBe('reject: time');
      expect(load({ group: value, jobid: value })).toMatchObject({ group: null, jobid: null });
    }
  });

  test('may have fields that nobody knows, nested ones too', () => {
    expect(load({ extra: { user: 'mallory', list: [1, [2]] }, __proto__x: 1 }).user).toBe('alice');
  });

  test('is not fooled by names that every object has', () => {
    const text = '{"__proto__":{"user":"mallory"},"constructor":"x","module":"gcc","path":"/p","date":"1731283200"}';
    expect(refusalOf(text, { format })).toBe('reject: user');
  });

  test('keeps characters of every kind', () => {
    const path = '/a "b" \\c\n\td é 日本 😀';
    expect(load({ path }).path).toBe(path);
  });

  test('may stand between blanks', () => {
    expect(loadOf(` \t${record()} \r`, { format }).user).toBe('alice');
  });

  test('that is broken is rejected as such', () => {
    for (const text of [record().slice(0, -1), record().slice(0, 30), '{', '{}{}', `${record()},`, "{'user':'a'}"]) {
      expect(refusalOf(text, { format })).toBe('reject: json');
    }
  });
});

describe('a source of JSON records', () => {
  const format = 'json';

  test('has nothing but objects', () => {
    for (const text of ['[]', `[${record()}]`, '1', '"user"', 'null', 'true', 'NaN', 'user=alice module=gcc']) {
      expect(refusalOf(text, { format })).toBe('reject: json');
    }
  });

  test('has records that are taken for loads by one key', () => {
    expect(refusalOf('{"user":"alice"}', { format })).toBe('reject: module');
    expect(refusalOf('{}', { format })).toBe('skip: not a load');
    expect(refusalOf('{"cmd":"list","user":"alice"}', { format })).toBe('skip: not a load');
  });

  test('may have empty lines', () => {
    expect(refusalOf('', { format })).toBe('skip: empty');
  });
});

describe('a log', () => {
  test('may hold JSON records of other programs', () => {
    expect(refusalOf('{"level":"info","user":"alice"}')).toBe('skip: not a load');
    expect(refusalOf('{}')).toBe('skip: not a load');
    expect(refusalOf('[1,2]')).toBe('skip: not a load');
  });

  test('has a record behind a prefix whose host and time stand in', () => {
    const load = loadOf('2024-11-11T00:00:00Z n1.grace.edu module[9]: {"user":"alice","mode":"load","module":"gcc"}');
    expect(load).toMatchObject({ host: 'n1.grace.edu', syshost: 'grace', timeUs: 1_731_283_200_000_000, path: 'gcc' });
  });

  test('rejects broken JSON of the module system only', () => {
    expect(refusalOf('Nov 11 00:00:00 c1 module[9]: {"user":"ali')).toBe('reject: json');
    expect(refusalOf('Nov 11 00:00:00 c1 docker: {"user":"ali')).toBe('skip: not a load');
  });
});

describe('a record of several loads', () => {
  const tally = {
    ...good,
    last: '1731290000.5',
    loads: 5,
    direct_loads: 2,
    dependency_loads: 3,
    job_loads: 4,
  };

  test('has its counts', () => {
    expect(loadOf(JSON.stringify(tally)).counts).toEqual({
      lastUs: 1_731_290_000_500_000,
      loads: 5,
      direct: 2,
      dependency: 3,
      jobs: 4,
    });
  });

  test('may stand in a log line as well', () => {
    const line = `user=alice module=gcc time=1731283200 last=1731290000 loads=5 direct_loads=2`;
    expect(loadOf(line).counts).toEqual({ lastUs: 1_731_290_000e6, loads: 5, direct: 2, dependency: 0, jobs: 0 });
  });

  test('has up to one load for each millisecond of a day', () => {
    expect(loadOf(record({ loads: 86_400_000 })).counts?.loads).toBe(86_400_000);
  });

  test('needs no more than the number of loads', () => {
    expect(loadOf(record({ loads: 1 })).counts).toEqual({
      lastUs: 1_731_283_200e6,
      loads: 1,
      direct: 0,
      dependency: 0,
      jobs: 0,
    });
  });

  test('is a single load without it', () => {
    expect(loadOf(record({ last: 1_731_290_000, direct_loads: 3 })).counts).toBeNull();
    expect(loadOf(record({ loads: null })).counts).toBeNull();
  });

  test.each([
    ['no load', { loads: 0 }],
    ['less than none', { loads: -1 }],
    ['half a load', { loads: 1.5 }],
    ['a word', { loads: 'many' }],
    ['more than can be counted', { loads: 1e300 }],
    ['more than a day has milliseconds', { loads: 86_400_001 }],
    ['more direct loads than loads', { direct_loads: 6, dependency_loads: 0 }],
    ['more direct and dependency loads than loads', { direct_loads: 3 }],
    ['more loads in jobs than loads', { job_loads: 6 }],
    ['a negative share', { direct_loads: -1 }],
    ['a fractional share', { job_loads: 0.5 }],
    ['a share that is a list', { job_loads: [1] }],
    ['a last load before the first', { last: '1731283199' }],
    ['a last load that is no time', { last: 'later' }],
    ['a last load far ahead', { last: '1893456000' }],
  ])('that contradicts itself is rejected: %s', (_, change) => {
    expect(refusalOf(JSON.stringify({ ...tally, ...change }))).toBe('reject: counts');
  });

  test('is rejected for its user, module or time before its counts', () => {
    expect(refusalOf(JSON.stringify({ ...tally, user: '', loads: 0 }))).toBe('reject: user');
    expect(readLine(JSON.stringify({ ...tally, date: 'x', loads: 0 }))).toEqual({ kind: 'reject', reason: 'time' });
  });
});
