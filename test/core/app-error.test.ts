import { expect, test } from 'vitest';
import { AppError, describeCause } from '../../src/core/app-error.ts';

test('a failure says what failed and what to do, and keeps its cause', () => {
  const cause = new Error('EACCES');
  const error = new AppError('INPUT', 'cannot read x.log', { hint: 'Give permission.', cause });
  expect(error).toMatchObject({
    name: 'AppError',
    code: 'INPUT',
    message: 'cannot read x.log',
    hint: 'Give permission.',
  });
  expect(error.cause).toBe(cause);
  expect(new AppError('INPUT', 'x').hint).toBe('');
  expect('cause' in new AppError('INPUT', 'x')).toBe(false);
});

test('anything that was thrown is told on one line', () => {
  expect(describeCause(new Error('first\nsecond'))).toBe('first');
  expect(describeCause('  text \r\nmore')).toBe('text');
  expect(describeCause(undefined)).toBe('undefined');
  expect(describeCause(null)).toBe('null');
});
