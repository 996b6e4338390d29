import { Command } from 'commander';
import { revealNames } from '../../app/reveal-names.ts';
import { writeOutput } from '../../app/standard-output.ts';
import { absolutePath } from '../../app/store-url.ts';
import { AppError } from '../../core/app-error.ts';
import { addCommonOptions, type CommonOptions, settingsOf } from '../common-options.ts';
import { addTableOptions, formatterOf, readLimit, type TableOptions } from '../table-options.ts';

interface RevealOptions extends CommonOptions, TableOptions {
  readonly key?: string;
  readonly names?: string;
}

/** `modtally reveal` */
export function createRevealCommand(): Command {
  const command = new Command('reveal')
    .description(
      'Tells whose pseudonyms these are, to whoever has the key: those that an import has stored, or those that analysts see on the dashboard. All known names are tried.',
    )
    .argument('<pseudonym...>', 'pseudonyms such as p-8gf726fpyh7m or u-5b262jsy38s7')
    .option('--key <file>', 'the key; the setting pseudonyms unless given')
    .option('--names <file>', 'names to try, one a line or in the first column; the users of the system unless given');
  return addCommonOptions(addTableOptions(command))
    .addHelpText(
      'after',
      '\nExamples:\n  modtally reveal p-8gf726fpyh7m --key /etc/modtally/pseudonyms.key\n  modtally reveal u-5b262jsy38s7 --key /var/lib/modtally/serve/server.key --names people.csv\n',
    )
    .action(async (pseudonyms: string[], options: RevealOptions) => {
      const format = formatterOf(options);
      const settings = settingsOf(options);
      const keyFile = options.key === undefined ? settings.pseudonymsFile : absolutePath(options.key);
      if (keyFile === null) throw new AppError('USAGE', 'reveal needs the key', { hint: 'Name its file with --key.' });
      const namesFile = options.names === undefined ? null : absolutePath(options.names);
      const table = await revealNames({ settings, pseudonyms, keyFile, namesFile });
      const limit = readLimit(options.limit) ?? table.rows.length;
      await writeOutput(format({ ...table, rows: table.rows.slice(0, limit) }, settings.zone));
      if (options.quiet !== true) for (const note of table.notes ?? []) process.stderr.write(`modtally: ${note}\n`);
    });
}
