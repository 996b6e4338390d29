import { AppError, describeCause } from '../core/app-error.ts';
import { errorCodes } from '../core/error-codes.ts';
import { shownText } from '../view/shown-text.ts';

/**
 * Tells the user what went wrong and sets the exit status. Nothing is done for null.
 * @param command the command's name, as the user typed it
 * @param debug whether to print the stack and the causes
 */
export function endWithError(command: string, error: unknown, debug: boolean): void {
  if (error === null) return;
  const known = error instanceof AppError;
  const lines = [`${command}: ${shownText(known ? error.message : `internal error: ${describeCause(error)}`)}`];
  if (known && error.hint !== '') lines.push(`  ${shownText(error.hint)}`);
  if (!known && !debug) lines.push('  This is a fault in modtally. With --debug it says more.');
  process.stderr.write(`${lines.join('\n')}\n`);
  if (debug) {
    for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
      process.stderr.write(`${cause.stack ?? cause.message}\n`);
    }
  }
  process.exitCode = known ? errorCodes[error.code].exitStatus : 1;
}
