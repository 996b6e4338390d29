import { type ParseArgsConfig, parseArgs } from 'node:util';
import { endWithError } from '../app/end-with-error.ts';
import type { Settings } from '../app/settings.ts';
import { outliveReaders } from '../app/standard-output.ts';
import { readVersion } from '../app/version.ts';
import { AppError, describeCause } from '../core/app-error.ts';

type OptionSpecs = NonNullable<ParseArgsConfig['options']>;

/** What a drop-in command was called with. An option that may be repeated is a list. */
export interface LegacyArguments {
  text(name: string): string | undefined;
  list(name: string): string[];
  has(name: string): boolean;
  readonly operands: readonly string[];
}

/** A command of Lmod's, with its flags, done by modtally. */
export interface LegacyCommand {
  readonly name: string;
  readonly options: OptionSpecs;
  /** How many operands it takes at the most. */
  readonly operands: number;
  /** Usage, what it does, its flags and an example. */
  readonly help: string;
  run(args: LegacyArguments): Promise<void>;
}

/** Runs a drop-in command with the process's arguments; sets the exit status. */
export async function runLegacy(command: LegacyCommand): Promise<void> {
  outliveReaders();
  const debug = process.argv.includes('-D') || process.argv.includes('--debug');
  try {
    const args = readArguments(command, process.argv.slice(2));
    if (args.has('help')) process.stdout.write(command.help);
    else if (args.has('version')) process.stdout.write(`${command.name} of modtally ${readVersion()}\n`);
    else await command.run(args);
  } catch (error) {
    endWithError(command.name, error, debug);
  }
}

/** Says on stderr which store is used, and where that choice comes from; then whatever the user should be warned of. */
export function announceStore(command: string, name: string, settings: Settings): void {
  process.stderr.write(`${command}: ${name} (${settings.storeOrigin})\n`);
  for (const warning of settings.warnings) process.stderr.write(`${command}: warning: ${warning}\n`);
}

const commonOptions: OptionSpecs = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
  debug: { type: 'boolean', short: 'D' },
};

/**
 * Takes a command line apart as Python's argparse does for Lmod's scripts: options and operands in any order, and
 * options shortened as far as they stay unique.
 * @throws AppError USAGE
 */
function readArguments({ options, operands, help }: LegacyCommand, argv: readonly string[]): LegacyArguments {
  const specs = { ...options, ...commonOptions };
  const usage = (message: string, cause?: unknown): AppError =>
    new AppError('USAGE', message, { hint: help.split('\n', 1)[0] ?? '', cause });
  const expand = (arg: string): string => {
    const match = /^--([^=]+)(=.*)?$/s.exec(arg);
    if (match?.[1] === undefined || match[1] in specs) return arg;
    const startAlike = (names: OptionSpecs): string[] =>
      Object.keys(names).filter((name) => name.startsWith(match[1] ?? ''));
    // What is unique among the flags of Lmod's script stays so, whatever modtally has besides.
    const ofScript = startAlike(options);
    const names = ofScript.length > 0 ? ofScript : startAlike(commonOptions);
    if (names.length > 1) throw usage(`--${match[1]} may be ${names.map((name) => `--${name}`).join(' or ')}`);
    return names.length === 1 ? `--${names[0]}${match[2] ?? ''}` : arg;
  };
  const end = argv.indexOf('--');
  const expanded = argv.map((arg, index) => (end >= 0 && index >= end ? arg : expand(arg)));
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args: expanded, options: specs, allowPositionals: true });
  } catch (cause) {
    throw usage(describeCause(cause).split('. To specify')[0] ?? '', cause);
  }
  const { values, positionals } = parsed;
  const superfluous = positionals.slice(operands);
  if (superfluous.length > 0 && values['help'] !== true) throw usage(`unexpected argument ${superfluous.join(' ')}`);
  return {
    text(name) {
      const value = values[name];
      return typeof value === 'string' ? value : undefined;
    },
    list(name) {
      const value = values[name];
      return Array.isArray(value) ? value.map(String) : [];
    },
    has: (name) => values[name] === true,
    operands: positionals,
  };
}
