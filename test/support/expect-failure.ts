import { expect } from 'vitest';
import type { CommandResult } from './run-command.ts';

/**
 * Holds that a command failed as people can bear it: that exit status, one line with the command's name that says
 * what is wrong, at most one more that says what to do, and no stack.
 * @param hint what the second line says; without it there may be any
 */
export function expectFailure(result: CommandResult, status: 1 | 2, message: RegExp, hint?: RegExp): void {
  const [line = '', advice = '', ...more] = result.stderr
    .trimEnd()
    .split('\n')
    .filter((text) => !text.includes(': warning: '));
  expect(line).toMatch(message);
  expect(line).toMatch(/^[A-Za-z_]+: \S/);
  if (hint !== undefined) expect(advice).toMatch(hint);
  if (advice !== '') expect(advice).toMatch(/^ {2}\S/);
  expect(more).toEqual([]);
  expect(result.status).toBe(status);
}
