import { Command } from 'commander';
import { readWatchSettings } from '../../app/live-settings.ts';
import { AppError } from '../../core/app-error.ts';
import { addCommonOptions, type CommonOptions, settingsOf } from '../common-options.ts';

interface WatchOptions extends CommonOptions {
  readonly every?: string;
  readonly metrics?: string;
  readonly all?: boolean;
  readonly ignore?: string;
  readonly rejects?: string;
}

/** `modtally watch` */
export function createWatchCommand(): Command {
  const command = new Command('watch')
    .description('Follows log files through rotation, and keeps the store up to date with them, each line once.')
    .argument('[file...]', 'the logs as they are written now; what rotation made of them is found beside them')
    .option('--every <seconds>', 'from one look to the next (10)')
    .option('--metrics <address>', 'serve /metrics for Prometheus, and /healthz, on PORT of loopback or HOST:PORT')
    .option('--all', 'keep every load as a row of its own instead of daily tallies')
    .option('--ignore <file>', 'module patterns not to count, a regular expression a line')
    .option('--rejects <file>', 'add rejected lines to this file');
  return addCommonOptions(command).addHelpText('after', EXAMPLES).action(watch);
}

async function watch(files: readonly string[], options: WatchOptions): Promise<void> {
  const { ignore, rejects } = options;
  // What is wrong with the settings shall be said at once.
  settingsOf(options, { ignore, rejects });
  const settings = readWatchSettings({
    flags: {
      files: files.length === 0 ? undefined : files.join(','),
      every: options.every,
      metrics: options.metrics,
      all: options.all === true ? 'true' : undefined,
    },
    configFile: options.config,
  });
  if (settings.files.length === 0) {
    throw new AppError('USAGE', 'no file was given', {
      hint: 'Name the logs, here or in [watch] of a configuration file.',
    });
  }
  const { runWatch } = await import('../../listen/run-watch.ts');
  const print = (message: string): void => void process.stderr.write(`modtally watch: ${message}\n`);
  await runWatch({
    settings,
    feed: { flags: { store: options.store, tz: options.tz, ignore, rejects }, configFile: options.config },
    say: options.quiet === true ? () => {} : print,
    warn: print,
  });
}

const EXAMPLES = `
Examples:
  modtally watch /var/log/moduleUsage.log
  modtally watch --every 60 --metrics 9515 /var/log/moduleUsage.log /var/log/old/moduleUsage.log
  kill -USR2 PID   looks at once
`;
