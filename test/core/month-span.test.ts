import { expect, test } from 'vitest';
import { monthSpan } from '../../src/core/month-span.ts';

test.each([
  ['2023-11', 13, '2023-11-01', '2024-12-01'],
  ['2023-11', 1, '2023-11-01', '2023-12-01'],
  ['2023-12', 1, '2023-12-01', '2024-01-01'],
  ['2024-2', 12, '2024-02-01', '2025-02-01'],
  ['2024-01', 0, '2024-01-01', '2024-01-01'],
  ['2024-01', null, '2024-01-01', null],
])('%s and %s months', (start, months, first, end) => {
  expect(monthSpan(start, months)).toEqual({ start: first, end });
});

test('without a beginning there is no end', () => {
  expect(monthSpan(null, 13)).toEqual({ start: null, end: null });
  expect(monthSpan(null, null)).toEqual({ start: null, end: null });
});

test.each(['2023-00', '2023-13', '2023', '2023-1-1', '23-11', '2023/11', '', 'November', ' 2023-11'])(
  '%j is no month',
  (start) => {
    expect(monthSpan(start, 1)).toBeNull();
  },
);
