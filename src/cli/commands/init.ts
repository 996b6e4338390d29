import { Command } from 'commander';
import { prepareStore } from '../../app/prepare-store.ts';
import { addCommonOptions, type CommonOptions, settingsOf } from '../common-options.ts';

/** `modtally init` */
export function createInitCommand(): Command {
  const command = new Command('init').description(
    'Makes the store where there is none, or brings its tables up to date. An import does so by itself.',
  );
  return addCommonOptions(command)
    .addHelpText('after', '\nExample:\n  modtally init --store duckdb:/srv/modtally/usage.duckdb\n')
    .action(async (options: CommonOptions) => {
      const { name, isNew } = await prepareStore(settingsOf(options), { upgrade: true });
      if (options.quiet !== true) process.stderr.write(`${name} ${isNew ? 'was made' : 'is up to date'}\n`);
    });
}
