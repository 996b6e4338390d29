import { type Argument, Command, type Option } from 'commander';
import type { CommandOutline, OptionOutline, Values } from '../core/command-outline.ts';
import { addCommonOptions } from './common-options.ts';

/** The outline of `modtally` with its commands. */
export function outlineProgram(commands: readonly Command[]): CommandOutline {
  const program = addCommonOptions(new Command('modtally')).option('--version', 'print the version');
  const children = commands.map((child) => outlineCommand(child, 'modtally', []));
  return outline(program, 'modtally', program.options.map(outlineOption), children);
}

function outlineCommand(command: Command, above: string, inherited: readonly OptionOutline[]): CommandOutline {
  const path = `${above} ${command.name()}`;
  const options = [...command.options.map(outlineOption), ...inherited];
  const children = command.commands.map((child) => outlineCommand(child, path, options));
  return outline(command, path, options, children);
}

function outline(
  command: Command,
  path: string,
  options: readonly OptionOutline[],
  children: readonly CommandOutline[],
): CommandOutline {
  const operands = command.registeredArguments;
  return {
    path,
    name: command.name(),
    summary: command.summary() || command.description(),
    options: [...options, { flags: ['-h', '--help'], summary: 'print this help', values: null }],
    operands: operands.map((operand) => valuesOf(operand.name(), operand)),
    isRepeatable: operands.at(-1)?.variadic === true,
    children,
  };
}

function outlineOption(option: Option): OptionOutline {
  const placeholder = /[<[](\w+)/.exec(option.flags)?.[1];
  return {
    flags: [option.short, option.long].filter((flag) => flag !== undefined),
    summary: option.description,
    values: placeholder === undefined ? null : valuesOf(placeholder, option),
  };
}

/** What a placeholder in a help text stands for; a description that ends in `a, b or c` names the words themselves. */
function valuesOf(placeholder: string, { argChoices, description }: Option | Argument): Values {
  if (argChoices !== undefined) return argChoices;
  const named = /(?:^|: )((?:\w+, )+\w+ or \w+)$/.exec(description)?.[1];
  if (named !== undefined) return named.split(/, | or /);
  switch (placeholder) {
    case 'file':
    case 'source':
    case 'database':
      return 'file';
    case 'folder':
    case 'zone':
      return placeholder;
    case 'url':
      return ['duckdb:', 'mysql://'];
    default:
      return 'any';
  }
}
