import { setPriority } from 'node:os';
import { join } from 'node:path';
import { createPersonNames } from '../app/person-names.ts';
import { ReportDesk } from '../app/report-desk.ts';
import { readSecretKey } from '../app/secret-key.ts';
import { readSettings } from '../app/settings.ts';
import { createJobDoer } from './do-jobs.ts';
import type { JobDoer } from './job.ts';
import { type JobAnswer, type JobRequest, type JobSetting, packFailure, splitAnswer } from './job-messages.ts';

/**
 * A process in which jobs are done, one after the other, so that whoever asks for something else need not wait for
 * them. It ends with the server that has started it.
 */
process.once('disconnect', () => process.exit());
// A signal to all of the group is for the server, which ends this process when all is answered.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

// The server itself comes first, which has to answer others meanwhile.
setPriority(5);

let doer: JobDoer | null = null;

process.on('message', (request: JobRequest) => {
  void answer(request);
});

async function answer(request: JobRequest): Promise<void> {
  try {
    if ('setting' in request) {
      doer = openDoer(request.setting);
      return;
    }
    if (doer === null) throw new Error('a job came before the setting');
    for (const part of splitAnswer(await doer.do(request.job, true))) send(part);
  } catch (error) {
    send({ failure: packFailure(error) });
    // Without a setting, nothing else can be done.
    if (doer === null) process.disconnect?.();
  }
}

function send(answer: JobAnswer): void {
  process.send?.(answer);
}

function openDoer({ settings: request, folder, leastUsers, url }: JobSetting): JobDoer {
  const settings = readSettings(request);
  const key = readSecretKey(join(folder, 'server.key'));
  const desk = new ReportDesk(settings, { names: createPersonNames(key, settings.store), leastUsers });
  return createJobDoer(desk, { zone: settings.zone, settings: { url: url === null ? null : new URL(url) } });
}
