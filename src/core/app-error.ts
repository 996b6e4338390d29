import type { ErrorCode } from './error-codes.ts';

/** A failure that a person can mend. Doors print `message` and `hint`, and no stack unless asked. */
export class AppError extends Error {
  readonly code: ErrorCode;
  /** What to do about it, in a sentence; empty where the message says it all. */
  readonly hint: string;

  /**
   * @param code from the table in error-codes.ts
   * @param message what failed, with the value that made it fail; one line
   */
  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.hint = options.hint ?? '';
  }
}

/** The text of anything that was thrown, on one line. */
export function describeCause(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.split('\n', 1)[0]?.trim() ?? '';
}
