import fc from 'fast-check';
import { makeLine } from './read-line.ts';

/** UTF-16 units of all kinds, halves of pairs and control characters among them. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 100 }),
  fc.array(fc.nat(0xffff), { maxLength: 60 }).map((units) => String.fromCharCode(...units)),
);

/** All keys that the parser knows, and others. */
export const keys: readonly string[] = [
  'user username U USER module m path fn modulefile FULLPATH host H cluster syshost time date jobid J userload auto',
  'group mode cmd command last loads direct_loads dependency_loads job_loads foo x.y-z',
].flatMap((line) => line.split(' '));

export const anyValue: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('', 'alice', '"a b"', "'c,d'", '"open', "'", '\\', '"\\"', 'load', '1731283200.5', '1e9', '0', '-3'),
  fc.constantFrom('2024-11-11T00:00:00Z', 'nil', '/apps/a,b', 'a=b', '\uFFFD', '\0', '日本', '[', '{"a":1}', '1e400'),
  fc.string({ maxLength: 8 }),
);

export const anyPrefix: fc.Arbitrary<string> = fc.constantFrom(
  '',
  '\0\0',
  'Nov 11 00:00:00 c1 lmod: ',
  'Feb 29 25:00:00 c1 lmod[1]: ',
  '2024-11-11T00:00:00.5+01:00 n1.grace.edu modules[1] ',
  '<134>1 2024-11-11T00:00:00Z c1 lmod 1 - [x a="]"] ',
  '<134>1 - - lmod - - - ',
  '<134>1 2024-11-11T00:00:00Z c1 lmod - - [open ',
  'Nov 11 00:00:00 c1 sshd[1]: ',
  '2024-99-99T00:00:00Z ',
);

/** Keys, values, separators and prefixes in any order. */
export const anySalad: fc.Arbitrary<string> = fc
  .tuple(
    anyPrefix,
    fc.array(
      fc.tuple(
        fc.constantFrom(...keys),
        fc.constantFrom('=', '=', '=', '', '==', ' = '),
        anyValue,
        fc.constantFrom(' ', ' ', ',', ', ', '', '\t'),
      ),
      { maxLength: 14 },
    ),
  )
  .map(([prefix, pairs]) => prefix + pairs.flat().join(''));

export const goodLines: readonly Buffer[] = [
  makeLine(),
  makeLine({ cluster: 'ls6', jobid: '12[3]', userload: 'yes', group: 'astro' }),
  makeLine({ user: '"ürsula x"', module: "'R/4.0'", path: '"/apps/日本/😀"' }),
  '<134>1 2024-11-11T00:00:00.5-06:00 c1 lmod 8 - [t a="1"] username=bob, cluster=ls6, module=a/1, fn=/a/1',
  'Apr 29 07:47:51 login1 modules[37]: user="alice" mode="load" module="foo/1.0" modulefile="/m/foo" requested="1"',
  'Sep 12 20:24:03 login1 module[9925]: { "user": "alice", "mode": "load", "module": "qux/1.0", "auto": true }',
  '{"user":"alice","path":"/p","module":"gcc","syshost":"ls6","date":"1731283200","loads":3,"last":"1731283201"}',
].map((line): Buffer => Buffer.from(line));

type Damage = (line: Buffer) => Buffer;

const place = fc.integer({ min: 0, max: 1000 }).map((n) => n / 1000);
const at = (line: Buffer, share: number): number => Math.floor(share * line.length);

const anyDamage: fc.Arbitrary<Damage> = fc.oneof(
  place.map(
    (share): Damage =>
      (line) =>
        line.subarray(0, at(line, share)),
  ),
  place.map(
    (share): Damage =>
      (line) =>
        line.subarray(at(line, share)),
  ),
  fc.tuple(place, fc.nat(255)).map(([share, byte]): Damage => {
    return (line) => {
      const damaged = Buffer.from(line);
      if (line.length > 0) damaged[Math.min(at(line, share), line.length - 1)] = byte;
      return damaged;
    };
  }),
  fc.tuple(place, place).map(([one, other]): Damage => {
    return (line) => Buffer.concat([line.subarray(0, at(line, one)), line.subarray(at(line, other))]);
  }),
  fc.constant<Damage>((line) => Buffer.concat([line, line])),
  fc.tuple(place, fc.constantFrom('"', "'", '\\', '=', ',', ' ', '\0', '\x1b[31m', '\x7f', '{', '}', '\r')).map(
    ([share, text]): Damage =>
      (line) =>
        Buffer.concat([line.subarray(0, at(line, share)), Buffer.from(text), line.subarray(at(line, share))]),
  ),
);

/** A good line after one, two or three accidents. */
export const anyDamaged: fc.Arbitrary<Buffer> = fc
  .tuple(fc.constantFrom(...goodLines), fc.array(anyDamage, { minLength: 1, maxLength: 3 }))
  .map(([line, damages]) => damages.reduce<Buffer>((damaged, damage) => damage(damaged), line));
