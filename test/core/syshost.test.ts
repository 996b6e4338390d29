import fc from 'fast-check';
import { expect, test } from 'vitest';
import { syshostOfHost } from '../../src/core/syshost.ts';

test.each([
  ['frontera', 'frontera'],
  ['login1.frontera', 'frontera'],
  ['login1.ls6.tacc.utexas.edu', 'ls6'],
  ['c101-001.frontera.tacc', 'frontera'],
  ['login1.', 'login1.'],
  ['login1..edu', 'login1..edu'],
  ['.ls6.edu', 'ls6'],
  ['.', '.'],
  ['10.0.0.7', '0'],
])('%s is of %s', (host, syshost) => {
  expect(syshostOfHost(host)).toBe(syshost);
});

test('it is the second label, or the name where that is missing or empty', () => {
  const anyHost = fc.string({ unit: fc.constantFrom('a', 'b', '-', '.'), minLength: 1 });
  fc.assert(
    fc.property(anyHost, (host) => {
      expect(syshostOfHost(host)).toBe(host.split('.')[1] || host);
    }),
  );
});
