import { Command } from 'commander';
import { parseFiles } from '../../app/parse-files.ts';
import { AppError } from '../../core/app-error.ts';
import { addCommonOptions, type CommonOptions, settingsOf } from '../common-options.ts';

/** `modtally parse` */
export function createParseCommand(): Command {
  const command = new Command('parse')
    .description('Prints a JSON line for each input line: the load it holds, or why there is none.')
    .argument('<file...>', 'as for import; - for standard input')
    .option('--now <time>', 'read times without a year as of this moment (ISO 8601)');
  return addCommonOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (files: string[], options: CommonOptions & { readonly now?: string }) => {
      const { zone } = settingsOf(options);
      const now = options.now === undefined ? Date.now() : Date.parse(options.now);
      if (Number.isNaN(now)) throw new AppError('BAD_DATE', `--now: ${options.now} is no time`);
      await parseFiles(files, { now: now / 1000, zone });
    });
}

const EXAMPLES = `
Examples:
  modtally parse moduleUsage.log | head
  modtally parse --tz America/Chicago moduleUsage.log | grep '"reject"'
`;
