import { Command, CommanderError } from 'commander';
import { endWithError } from '../app/end-with-error.ts';
import { outliveReaders } from '../app/standard-output.ts';
import { readVersion } from '../app/version.ts';
import { AppError } from '../core/app-error.ts';
import { commands } from './commands.ts';
import { optionsWithValue } from './option-names.ts';

/** Runs `modtally ARGUMENTS`; sets the process's exit status. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  outliveReaders();
  const { name, ordered } = putCommandFirst(args);
  // Only the command that is called is loaded: help must not wait for a database's driver.
  const program = await createProgram((command) => command === name);
  try {
    if (name === undefined && args.some((option) => optionsWithValue.includes(option))) throw noCommand;
    if (name !== undefined && !commands.some((entry) => entry.name === name)) {
      throw new AppError('USAGE', `there is no command ${name}`, { hint: 'modtally --help lists the commands.' });
    }
    await program.parseAsync(ordered, { from: 'user' });
  } catch (error) {
    endWithError('modtally', explainUsage(error), args.includes('--debug'));
  }
}

/** `modtally` with its commands; only those that are asked for are loaded, of the others there is name and summary. */
export async function createProgram(isLoaded: (name: string) => boolean): Promise<Command> {
  const program = new Command('modtally')
    .description('which software modules are really used, by whom, on which cluster, since when')
    .version(readVersion(), '--version', 'print the version')
    .helpOption('-h, --help', 'print this help; "modtally COMMAND --help" that of a command')
    .helpCommand(false)
    .enablePositionalOptions()
    .exitOverride()
    // A report's help shows the options of all reports, too.
    .configureHelp({
      showGlobalOptions: true,
      visibleGlobalOptions: ({ parent }) => (parent?.parent ? [...parent.options] : []),
    })
    .configureOutput({ outputError: () => {} })
    .action((_options: object, command: Command) => command.help({ error: true }))
    .addHelpText('after', EXAMPLES)
    .allowExcessArguments();
  for (const entry of commands) {
    if (isLoaded(entry.name)) program.addCommand((await entry.load()).summary(entry.summary));
    else program.command(entry.name).description(entry.summary);
  }
  inheritSettings(program);
  return program;
}

/** The command may stand behind the options that all commands share: `modtally --store URL report counts`. */
function putCommandFirst(args: readonly string[]): { name: string | undefined; ordered: readonly string[] } {
  let at = 0;
  while (args[at]?.startsWith('-')) at += optionsWithValue.includes(args[at] ?? '') ? 2 : 1;
  const name = args[at];
  return { name, ordered: name === undefined ? args : [name, ...args.slice(0, at), ...args.slice(at + 1)] };
}

const EXAMPLES = `
Examples:
  modtally import /var/log/moduleUsage.log-*          take syslog files in, each line once
  modtally report counts --pattern '%gcc%'            users of each gcc
  modtally migrate --from mysql://lmod@db/lmod --verify   convert a gen_1 database, with proof

The store is an embedded database unless --store, MODTALLY_STORE or a configuration file says otherwise.
`;

/**
 * Commander's settings are those of the command they were made on: subcommands need them too. Their options may stand
 * before and behind the name of a report.
 */
function inheritSettings(command: Command): void {
  for (const child of command.commands) {
    child
      .copyInheritedSettings(command)
      .enablePositionalOptions(false)
      .allowExcessArguments(false)
      .helpOption('-h, --help', 'print this help');
    inheritSettings(child);
  }
}

const noCommand = new AppError('USAGE', 'no command was given', { hint: 'See --help.' });

/** Null where commander has ended the command in good order, after printing help or a version. */
function explainUsage(error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error;
  if (error.exitCode === 0) return null;
  const [message = '', guess = ''] = error.message.replace(/^error: /, '').split('\n');
  if (message === '(outputHelp)') return noCommand;
  const hint = guess === '' ? 'See --help.' : `${guess.replace(/^\((.*)\)$/, '$1')} See --help.`;
  return new AppError('USAGE', message, { hint, cause: error });
}
