import { Command } from 'commander';
import { writeOutput } from '../../app/standard-output.ts';
import { AppError } from '../../core/app-error.ts';
import type { CommandOutline } from '../../core/command-outline.ts';
import { outlineProgram } from '../command-outline.ts';
import { addCommonOptions } from '../common-options.ts';
import { formatBashCompletion } from '../completion/bash-completion.ts';
import { formatFishCompletion } from '../completion/fish-completion.ts';
import { formatZshCompletion } from '../completion/zsh-completion.ts';

const shells: Readonly<Record<string, (programs: readonly CommandOutline[]) => string>> = {
  bash: formatBashCompletion,
  zsh: formatZshCompletion,
  fish: formatFishCompletion,
};

/**
 * `modtally completion`
 * @param loadCommands gives all commands of modtally, each with its summary
 * @param outlineOthers gives the outlines of the commands beside modtally
 */
export function createCompletionCommand(
  loadCommands: () => Promise<readonly Command[]>,
  outlineOthers: () => Promise<readonly CommandOutline[]>,
): Command {
  const command = new Command('completion')
    .description(
      'Prints a script by which a shell completes commands, options, reports and other values; those of the drop-in commands, too.',
    )
    .argument('<shell>', 'bash, zsh or fish');
  return addCommonOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (shell: string) => {
      const format = Object.hasOwn(shells, shell) ? shells[shell] : undefined;
      if (format === undefined) {
        throw new AppError('USAGE', `there is no completion for ${shell}`, {
          hint: `Shells: ${Object.keys(shells).join(', ')}.`,
        });
      }
      await writeOutput(format([outlineProgram(await loadCommands()), ...(await outlineOthers())]));
    });
}

const EXAMPLES = `
Examples:
  source <(modtally completion bash)
  modtally completion bash > /etc/bash_completion.d/modtally
  modtally completion zsh > /usr/local/share/zsh/site-functions/_modtally
  modtally completion fish > ~/.config/fish/conf.d/modtally.fish
`;
