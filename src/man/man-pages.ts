import type { Command } from 'commander';
import { settingMeanings } from '../app/settings.ts';
import { createProgram } from '../cli/command-line.ts';
import { loadLegacyCommands } from '../legacy/main.ts';
import { type Definition, type HelpBlock, splitHelp } from './help-blocks.ts';
import type { ManPage } from './man-page.ts';

/** The manual pages of `modtally`, of each of its commands and of the drop-in commands, all made of their help. */
export async function collectManPages(): Promise<ManPage[]> {
  const program = await createProgram(() => true);
  const legacy = await loadLegacyCommands();
  const names = program.commands.map((command) => `modtally-${command.name()}`);
  const legacyNames = legacy.map(({ name }) => name);
  return [
    {
      name: 'modtally',
      summary: program.description(),
      help: helpOf(program),
      parts: [],
      appendix: { 'EXIT STATUS': exitStatuses, ENVIRONMENT: environment, FILES: files },
      seeAlso: [...names, ...legacyNames],
    },
    ...program.commands.map((command) => ({
      name: `modtally-${command.name()}`,
      summary: command.summary(),
      help: helpOf(command),
      parts: command.commands.map((part) => ({ name: `${command.name()} ${part.name()}`, help: ownHelpOf(part) })),
      appendix: { 'EXIT STATUS': exitStatuses },
      seeAlso: ['modtally'],
    })),
    ...legacy.map(({ name, help }) => ({
      name,
      summary: summaryOf(splitHelp(help)),
      help: splitHelp(help),
      parts: [],
      appendix: { 'EXIT STATUS': exitStatuses },
      seeAlso: ['modtally', ...legacyNames.filter((other) => other !== name)],
    })),
  ];
}

/** The help that a command prints, all of it, with no line broken. */
function helpOf(command: Command): HelpBlock[] {
  let text = '';
  command.configureOutput({
    getOutHelpWidth: () => Number.MAX_SAFE_INTEGER,
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  return splitHelp(text);
}

/** Of a command's help, what is not that of the command above it, too. */
function ownHelpOf(command: Command): HelpBlock[] {
  return helpOf(command).flatMap((block): HelpBlock[] => {
    if (block.kind !== 'definitions') return [block];
    if (block.heading === 'Global Options') return [];
    const entries = block.entries.filter(({ term }) => term !== '-h, --help');
    return entries.length === 0 ? [] : [{ ...block, entries }];
  });
}

/** The first sentence of a description, as a summary has it. */
function summaryOf(help: readonly HelpBlock[]): string {
  const description = help.find((block) => block.kind === 'paragraph')?.text ?? '';
  const sentence = /^.*?(?=[.:;](?: |$))/.exec(description)?.[0] ?? description;
  return `${sentence[0]?.toLowerCase() ?? ''}${sentence.slice(1)}`;
}

const exitStatuses: readonly Definition[] = [
  { term: '0', text: 'Done.' },
  { term: '1', text: 'Failed. A line on standard error says why, and mostly a second what to do.' },
  { term: '2', text: 'Wrong usage.' },
];

const environment: readonly Definition[] = Object.entries(settingMeanings).map(([name, meaning]) => ({
  term: `MODTALLY_${name.toUpperCase()}`,
  text: `${meaning}.`,
}));

const files: readonly Definition[] = [
  {
    term: 'modtally.toml',
    text: 'Settings, in the working directory: store, tz and so on, as the variables are called.',
  },
  { term: '~/.config/modtally/config.toml', text: "The user's settings, where the working directory has none." },
  { term: '/etc/modtally/config.toml', text: "The machine's settings, where neither of these has one." },
];
