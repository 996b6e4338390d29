import { Command } from 'commander';
import { Questions } from '../../app/questions.ts';
import { endOfKeeping, runPrune } from '../../app/run-prune.ts';
import { absolutePath } from '../../app/store-url.ts';
import { AppError } from '../../core/app-error.ts';
import { readMonths } from '../../core/whole-number.ts';
import { addCommonOptions, type CommonOptions, settingsOf } from '../common-options.ts';

interface PruneOptions extends CommonOptions {
  readonly keepMonths: string;
  readonly archive?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** `modtally prune` */
export function createPruneCommand(): Command {
  const command = new Command('prune')
    .description('Removes usage that is older than some calendar months.')
    .requiredOption('--keep-months <n>', 'months to keep, counted back from today')
    .option('--archive <folder>', 'first write what goes as Parquet, a file a month')
    .option('--dry-run', 'only say how much would go')
    .option('--yes', 'do not ask');
  return addCommonOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  modtally prune --keep-months 24 --dry-run\n  modtally prune --keep-months 24 --archive /srv/modtally/archive --yes\n',
    )
    .action(async (options: PruneOptions) => {
      const months = readMonths(options.keepMonths);
      if (months === null) {
        throw new AppError('USAGE', `--keep-months: ${options.keepMonths} is no number of months`);
      }
      const settings = settingsOf(options);
      const { zone } = settings;
      const end = endOfKeeping(months, zone, Date.now() / 1000);
      const before = zone.toDateTime(end).slice(0, 10);
      const { removed, archived } = await runPrune({
        settings,
        filter: { end },
        archive: options.archive === undefined ? null : absolutePath(options.archive),
        async confirm(rows) {
          if (options.dryRun === true) {
            process.stderr.write(`${rows} rows from before ${before} would be removed\n`);
            return false;
          }
          if (rows === 0 || options.yes === true) return true;
          const questions = new Questions();
          const answer = await questions.ask(`Remove ${rows} rows from before ${before}? (y/N) `);
          questions.close();
          return /^y(es)?$/i.test(answer.trim());
        },
      });
      if (removed !== null) {
        if (options.quiet === true) return;
        process.stderr.write(`${removed} rows from before ${before} removed\n`);
        for (const path of archived) process.stderr.write(`  ${path}\n`);
      } else if (options.dryRun !== true) {
        throw new AppError('NOT_CONFIRMED', 'nothing was removed', { hint: 'Answer y, or give --yes.' });
      }
    });
}
