import type { CommandOutline, OptionOutline, Values } from '../core/command-outline.ts';
import type { LegacyCommand } from './run-legacy.ts';

/** A drop-in command as completion has to know it: what its help says. */
export function outlineLegacyCommand({ name, help }: LegacyCommand): CommandOutline {
  const [usage = '', summary = ''] = help.split('\n\n').map((block) => block.replace(/\s+/g, ' '));
  // What stands last and is no value of an option: FILE... or words with bars between.
  const operand = /\](?:\.\.\.)? ([^\s[\]]+)$/.exec(usage)?.[1];
  return {
    path: name,
    name,
    summary,
    options: [
      ...[...help.matchAll(/^ {2}(-\S+)(?: (\S+))? {2,}(.*)$/gm)].map(([, flag = '', placeholder, text = '']) =>
        outlineOption(flag, placeholder, text),
      ),
      { flags: ['-h', '--help'], summary: 'print this help', values: null },
    ],
    operands: operand === undefined ? [] : [valuesOf(operand)],
    isRepeatable: operand?.endsWith('...') === true,
    children: [],
  };
}

function outlineOption(flag: string, placeholder: string | undefined, summary: string): OptionOutline {
  return { flags: [flag], summary, values: placeholder === undefined ? null : valuesOf(placeholder) };
}

function valuesOf(placeholder: string): Values {
  if (placeholder.includes('|')) return placeholder.split('|');
  if (placeholder.startsWith('FILE')) return 'file';
  return placeholder === 'DIR' ? 'folder' : 'any';
}
