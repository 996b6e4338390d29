import { type FeedReport, type FeedRequest, runFeed } from '../app/run-feed.ts';
import { AppError, describeCause } from '../core/app-error.ts';

/** What comes back from a feed. */
export type FeedAnswer =
  | { readonly report: FeedReport }
  | { readonly error: { readonly code: string; readonly message: string; readonly hint: string } };

/**
 * The process in which a feed runs, so that reading and storing keep no socket waiting, and their memory is given back.
 * It gets one request, answers it, and ends; without whoever asked, it ends at once, and nothing of it is stored.
 */
process.once('disconnect', () => process.exit(1));
// A signal to all of the group is for whoever asked.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGUSR2'] as const) process.on(signal, () => {});
process.once('message', (request: FeedRequest) => {
  void answer(request).then((result) => {
    process.send?.(result, undefined, undefined, () => process.exit());
  });
});

async function answer(request: FeedRequest): Promise<FeedAnswer> {
  try {
    return { report: await runFeed(request) };
  } catch (error) {
    const known = error instanceof AppError;
    const message = known ? error.message : `internal error: ${describeCause(error)}`;
    return { error: { code: known ? error.code : '', message, hint: known ? error.hint : '' } };
  }
}
