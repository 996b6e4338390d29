import { describe, expect, test } from 'vitest';
import { loadOf, makeLine, prefix, refusalOf } from '../support/read-line.ts';

describe('values', () => {
  test('that are bare end at a blank of any kind', () => {
    for (const blank of [' ', '\t', '\v', '\f', '   ', ' \t ']) {
      const line = `${prefix}user=alice${blank}module=gcc/12.2${blank}path=/p${blank}time=1731283200`;
      expect(loadOf(line)).toMatchObject({ user: 'alice', module: 'gcc/12.2', path: '/p' });
    }
  });

  test('keep what is not a separator: equals signs, colons, brackets, letters of any script', () => {
    const values = { user: 'ürsula', module: 'gcc/12.2=b+c:d', path: '/a=b/[c]{d}(e);f&g|h~i%j#k@l', jobid: '日本-😀' };
    expect(loadOf(makeLine(values))).toMatchObject(values);
  });

  test('may begin with an equals sign', () => {
    expect(loadOf(makeLine({ module: '=gcc' })).module).toBe('=gcc');
  });

  test('do not swallow the key behind an empty one', () => {
    expect(loadOf(makeLine({ jobid: '', group: 'astro' }))).toMatchObject({ jobid: null, group: 'astro' });
  });
});

describe('commas', () => {
  const body = 'user=alice,cluster=ls6,module=gcc/12.2,fn=/apps/gcc,time=1731283200.5';

  test('separate fields without blanks around them', () => {
    expect(loadOf(prefix + body)).toMatchObject({
      user: 'alice',
      syshost: 'ls6',
      module: 'gcc/12.2',
      path: '/apps/gcc',
      timeUs: 1_731_283_200_500_000,
    });
  });

  test('separate fields with blanks behind, before or around them', () => {
    for (const comma of [', ', ' ,', ' , ', ',  ', ', ,']) {
      expect(loadOf(prefix + body.replaceAll(',', comma))).toEqual(loadOf(prefix + body));
    }
  });

  test('end the line without being part of the last value', () => {
    expect(loadOf(`${prefix}${body.replace(',time=1731283200.5', '')} time=1731283200,`).timeUs).toBe(1_731_283_200e6);
    expect(loadOf(makeLine({ time: null, group: 'astro,' })).group).toBe('astro');
  });

  test('within a path stay in it, before anything but a key of ours', () => {
    for (const path of ['/apps/a,b/gcc', '/apps/x,y=z/gcc', '/apps/a,,b', '/apps/,x', `/a,${'k'.repeat(30)}=v`]) {
      expect(loadOf(makeLine({ path })).path).toBe(path);
    }
  });

  test('before a key of ours end the value, in any letter case', () => {
    expect(loadOf(makeLine({ path: '/p,GROUP=astro' }))).toMatchObject({ path: '/p', group: 'astro' });
  });

  test('separate quoted values as well', () => {
    const line = `${prefix}user="alice",module='gcc/12.2',path="/a,b c",time=1731283200`;
    expect(loadOf(line)).toMatchObject({ user: 'alice', module: 'gcc/12.2', path: '/a,b c' });
  });
});

describe('quotes', () => {
  test.each([
    ['double', '"gcc 12"', 'gcc 12'],
    ['single', "'gcc 12'", 'gcc 12'],
    ['escaped quote', '"gcc \\"12\\""', 'gcc "12"'],
    ['escaped single quote', "'gcc \\'12\\''", "gcc '12'"],
    ['escaped backslash', '"gcc\\\\12"', 'gcc\\12'],
    ['escaped backslash at the end', '"gcc\\\\"', 'gcc\\'],
    ['other escapes stay as they are', '"gcc\\n12"', 'gcc\\n12'],
    ['the other kind of quote within', '"it\'s"', "it's"],
    ['a quote within a word closes nothing', '"a"b"', 'a"b'],
    ['a key within is none', '"gcc user=mallory"', 'gcc user=mallory'],
    ['commas within', '"a,user=b,c"', 'a,user=b,c'],
    ['quotes within a bare value stay', 'a"b"', 'a"b"'],
  ])('%s', (_, value, module) => {
    expect(loadOf(makeLine({ module: value }))).toMatchObject({ user: 'alice', module, path: '/apps/gcc/12.2.lua' });
  });

  test('around every value, as Environment Modules writes them', () => {
    const line = `${prefix}user="alice" mode="load" module="foo/1.0" specified="foo" modulefile="/m/foo" requested="0"`;
    expect(loadOf(line)).toMatchObject({ user: 'alice', module: 'foo/1.0', path: '/m/foo', direct: false });
  });

  test('around a time, in one kind and in both', () => {
    for (const time of ['"1731283200.5"', "'1731283200.5'", `"'1731283200.5'"`]) {
      expect(loadOf(makeLine({ time })).timeUs).toBe(1_731_283_200_500_000);
    }
  });

  test('that never close reject the load by the field they spoil', () => {
    const full = `user="alice" module="gcc" path="/p" time="1731283200.5"`;
    for (const [cut, reason] of [
      ['user="ali', 'user'],
      ['user="alice" module="gc', 'module'],
      ['user="alice" module="gcc" path="/apps/g', 'path'],
      ['user="alice" module="gcc" path="/p" time="17312832', 'time'],
      ["user='alice", 'user'],
      ['user="', 'user'],
      ['user="alice\\"', 'user'],
    ] as const) {
      expect(refusalOf(prefix + cut)).toBe(`reject: ${reason}`);
    }
    expect(loadOf(prefix + full).path).toBe('/p');
  });

  test('that never close in a lesser field cost that field only', () => {
    expect(loadOf(`${makeLine()} group="astro`).group).toBeNull();
    expect(loadOf(`${makeLine()} jobid='12`).jobid).toBeNull();
  });

  test('that never close in one kind leave the other kind alone', () => {
    const line = `${prefix}user='alice' group="x module='gcc 12' path='/p' jobid="y time=1731283200`;
    expect(loadOf(line)).toMatchObject({ user: 'alice', module: 'gcc 12', path: '/p', group: null, jobid: null });
  });
});

describe('texts that cannot be kept', () => {
  const unsound = { 'bytes that were not UTF-8': 'a\uFFFDb', 'half a surrogate pair': 'a\uD800b', NUL: 'a\0b' };

  test.each(Object.entries(unsound))('%s reject the load by its field', (_, text) => {
    expect(refusalOf(makeLine({ user: text }))).toBe('reject: user');
    expect(refusalOf(makeLine({ module: text }))).toBe('reject: module');
    expect(refusalOf(makeLine({ path: text }))).toBe('reject: path');
    expect(refusalOf(makeLine({ time: text }))).toBe('reject: time');
  });

  test.each(Object.entries(unsound))('%s in a lesser field cost that field only', (_, text) => {
    const line = makeLine({ host: text, cluster: text, jobid: text, group: text, userload: text });
    expect(loadOf(line)).toMatchObject({ host: 'c101-001', syshost: 'c101-001', jobid: null, group: null });
  });

  test.each(Object.entries(unsound))('%s in the host of the prefix cost the host', (_, text) => {
    const line = makeLine({ host: null }).replace('c101-001', text);
    expect(loadOf(line)).toMatchObject({ user: 'alice', host: null, syshost: null });
  });

  test.each(Object.entries(unsound))('%s in a JSON record are treated alike', (_, text) => {
    const record = { user: 'alice', module: 'gcc', path: '/p', syshost: 'ls6', date: 1_731_283_200 };
    expect(refusalOf(JSON.stringify({ ...record, user: text }))).toBe('reject: user');
    expect(refusalOf(JSON.stringify({ ...record, path: text }))).toBe('reject: path');
    expect(loadOf(JSON.stringify({ ...record, syshost: text })).syshost).toBeNull();
  });

  test('whole surrogate pairs and every other character can', () => {
    expect(loadOf(makeLine({ user: '😀\uFFFE\uE000' })).user).toBe('😀\uFFFE\uE000');
  });
});

describe('where a load happened', () => {
  test.each([
    ['login1', 'login1'],
    ['login1.ls6', 'ls6'],
    ['login1.ls6.tacc.utexas.edu', 'ls6'],
    ['login1.ls6.', 'ls6'],
    ['login1.', 'login1.'],
    ['login1..tacc', 'login1..tacc'],
    ['.ls6', 'ls6'],
  ])('host %s is of cluster %s', (host, syshost) => {
    expect(loadOf(makeLine({ host }))).toMatchObject({ host, syshost });
  });

  test('is told by a cluster key before any host', () => {
    expect(loadOf(makeLine({ cluster: 'grace' }))).toMatchObject({
      syshost: 'grace',
      host: 'c101-001.frontera.tacc.utexas.edu',
    });
  });

  test('is told by the host key where the cluster key has no value', () => {
    expect(loadOf(makeLine({ cluster: '' })).syshost).toBe('frontera');
  });

  test('is told by the prefix where no key tells it', () => {
    const line = makeLine({ host: null }).replace('c101-001', 'n7.grace.edu');
    expect(loadOf(line)).toMatchObject({ host: 'n7.grace.edu', syshost: 'grace' });
  });

  test('is not known where nothing tells it', () => {
    expect(loadOf('user=alice module=gcc path=/p time=1731283200')).toMatchObject({ host: null, syshost: null });
    expect(loadOf('{"user":"a","module":"m","path":"/p","date":1731283200}')).toMatchObject({ syshost: null });
    expect(loadOf('<13>1 2024-11-11T00:00:00Z - lmod - - - user=a module=m')).toMatchObject({ syshost: null });
  });
});

describe('whether the user asked for it', () => {
  const yes = ['yes', 'y', 'true', '1', 'YES', 'True', '"yes"'];
  const no = ['no', 'n', 'false', '0', 'NO', 'False', "'no'"];

  test.each(['userload', 'UL', 'requested'])('%s= says so in all spellings', (key) => {
    for (const value of yes) expect(loadOf(makeLine({ [key]: value })).direct).toBe(true);
    for (const value of no) expect(loadOf(makeLine({ [key]: value })).direct).toBe(false);
  });

  test('auto= says the contrary in all spellings', () => {
    for (const value of yes) expect(loadOf(makeLine({ auto: value })).direct).toBe(false);
    for (const value of no) expect(loadOf(makeLine({ auto: value })).direct).toBe(true);
  });

  test('a word that is neither yes nor no says nothing', () => {
    for (const value of ['', 'maybe', '2', '-', 'nil']) expect(loadOf(makeLine({ userload: value })).direct).toBeNull();
    expect(loadOf(makeLine()).direct).toBeNull();
  });

  test('requested= goes before auto=, unless it says nothing', () => {
    expect(loadOf(makeLine({ auto: 'yes', userload: 'yes' })).direct).toBe(true);
    expect(loadOf(makeLine({ auto: 'yes', userload: 'maybe' })).direct).toBe(false);
  });
});

test('words that mean that there is no job are none, in any letter case', () => {
  for (const jobid of ['nil', 'na', 'N/A', 'none', 'NULL', '-', 'interactive', 'Unknown', '0', '', '""']) {
    expect(loadOf(makeLine({ jobid })).jobid).toBeNull();
  }
  for (const jobid of ['1', '00', '123.server', '12[3]', '5_7', 'nilsson']) {
    expect(loadOf(makeLine({ jobid })).jobid).toBe(jobid);
  }
});

test('a load without a path has the name of its module', () => {
  expect(loadOf(makeLine({ path: null })).path).toBe('gcc/12.2');
  expect(loadOf(makeLine({ path: '' })).path).toBe('gcc/12.2');
});
