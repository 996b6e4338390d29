import { once } from 'node:events';

let isWatched = false;

/** Writes data to standard output. A reader that has gone (`| head`) is no error. */
export async function writeOutput(text: string): Promise<void> {
  if (!isWatched) {
    isWatched = true;
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0);
      throw error;
    });
  }
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}
