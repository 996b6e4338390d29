import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareNatural } from '../../src/core/natural-order.ts';

test.each([
  [['9.3', '10.1', '12', '12.2', '12.2.1', '12.10']],
  [['1.0-alpha', '1.0-beta2', '1.0-rc1', '1.0-rc2', '1.0', '1.0-1', '1.0.1']],
  [['4.1.4-GCC-11.3.0', '4.1.4-GCC-12.2.0', '4.1.5-GCC-9.3.0']],
  [['2019', '2019b', '2019u5', '2020', '2022a', '2022b']],
  [['R2021a', 'r2022a', 'R2022b']],
  [[null, '', 'latest', '01', '1', 'v2', '9', 'v10']],
  [['4.9.0.3', '4.9.0.9', '4.9.0.11']],
  [['bwa/0.7', 'gcc/9.3', 'GCC/10.1', 'gcc/12.2', 'preseq/1.0', 'R/4.0', 'r/4.0', 'R/4.1', 'rclone']],
  [['99999999999999999998', '99999999999999999999', '100000000000000000000']],
])('%j is in order', (versions) => {
  expect(versions.toReversed().sort(compareNatural)).toEqual(versions);
});

const anyVersion = fc.oneof(
  fc.constant(null),
  fc
    .array(fc.constantFrom('1', '01', '2', '10', '.', '-', 'rc', 'a', 'A', 'é'), { maxLength: 5 })
    .map((tokens) => tokens.join('')),
);

test('it is an order: nothing is before itself, and no three go round in a circle', () => {
  fc.assert(
    fc.property(anyVersion, anyVersion, anyVersion, (a, b, c) => {
      expect(Math.sign(compareNatural(a, b)) + Math.sign(compareNatural(b, a))).toBe(0);
      expect(compareNatural(a, b) === 0).toBe(a === b);
      if (compareNatural(a, b) < 0 && compareNatural(b, c) < 0) expect(compareNatural(a, c)).toBeLessThan(0);
    }),
    { numRuns: 5000 },
  );
});
