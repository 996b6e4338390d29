import { Command } from 'commander';
import { readListenSettings } from '../../app/live-settings.ts';
import { Questions } from '../../app/questions.ts';
import { type Forgotten, runForget } from '../../app/run-forget.ts';
import { readServeSettings } from '../../app/serve-settings.ts';
import { absolutePath } from '../../app/store-url.ts';
import { AppError } from '../../core/app-error.ts';
import { shownText } from '../../view/shown-text.ts';
import { addCommonOptions, type CommonOptions, collect, settingsOf } from '../common-options.ts';

interface ForgetOptions extends CommonOptions {
  readonly archive: readonly string[];
  readonly folder?: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** `modtally forget` */
export function createForgetCommand(): Command {
  const command = new Command('forget')
    .description(
      'Removes persons from all that modtally keeps: the store, archives of prune, rejected lines and the audit log of the dashboard. By exactly these names, and by their pseudonyms where the setting pseudonyms names a key.',
    )
    .argument('<user...>', 'the user names')
    .option('--archive <folder>', 'a folder of archives that prune has written; repeatable', collect, [])
    .option('--folder <folder>', 'where the dashboard keeps its audit log')
    .option('--dry-run', 'only say what would go')
    .option('--yes', 'do not ask');
  return addCommonOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  modtally forget amora --dry-run\n  modtally forget amora --archive /srv/modtally/archive --yes\n',
    )
    .action(async (users: string[], options: ForgetOptions) => {
      const settings = settingsOf(options);
      const { folder, config } = options;
      const request = {
        settings,
        users,
        archives: options.archive.map(absolutePath),
        serveFolder: readServeSettings({ flags: { folder }, configFile: config }).folder,
        journal: readListenSettings({ flags: {}, configFile: config }).journal,
      };
      if (options.dryRun === true || options.yes !== true) {
        const found = await runForget({ ...request, isDry: true });
        if (options.quiet !== true) tell(found, 'would go');
        if (options.dryRun === true) return;
        const questions = new Questions();
        const answer = await questions.ask(`Remove ${users.map(shownText).join(', ')}? (y/N) `);
        questions.close();
        if (!/^y(es)?$/i.test(answer.trim())) {
          throw new AppError('NOT_CONFIRMED', 'nothing was removed', { hint: 'Answer y, or give --yes.' });
        }
      }
      const forgotten = await runForget({ ...request, isDry: false });
      if (options.quiet !== true) tell(forgotten, 'removed');
    });
}

function tell(forgotten: readonly Forgotten[], verb: string): void {
  for (const { where, what, count, stays } of forgotten) {
    process.stderr.write(`${shownText(where)}: ${count} ${what} ${stays === null ? verb : `stay: ${stays}`}\n`);
  }
}
