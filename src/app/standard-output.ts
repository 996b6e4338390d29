import { AppError, describeCause } from '../core/app-error.ts';

/**
 * Lets a command outlive whoever reads what it prints (`| head`): it goes on with its work, and what nobody reads is
 * dropped. To be called before anything is printed.
 */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') process.exitCode = 1;
    });
  }
}

/**
 * Writes data to standard output. Where its reader has gone there is nothing left to do, and the process ends.
 * @throws AppError OUTPUT
 */
export async function writeOutput(text: string): Promise<void> {
  const cause = await new Promise<Error | null | undefined>((resolve) => {
    process.stdout.write(text, resolve);
  });
  if (cause === null || cause === undefined) return;
  if ('code' in cause && cause.code === 'EPIPE') process.exit();
  throw new AppError('OUTPUT', `cannot write to standard output: ${describeCause(cause)}`, { cause });
}
