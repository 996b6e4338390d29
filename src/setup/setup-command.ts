import type { SetupName } from './pieces.ts';
import type { SetupChoices } from './setup-choices.ts';
import { shellWord } from './shell-word.ts';

/** The flag of each choice; node and program go without one. */
const flags: readonly (readonly [keyof SetupChoices, string])[] = [
  ['cluster', '--cluster'],
  ['socket', '--socket'],
  ['folder', '--folder'],
  ['to', '--to'],
  ['transports', '--transport'],
  ['port', '--port'],
  ['input', '--no-input'],
  ['cert', '--cert'],
  ['key', '--key'],
  ['ca', '--ca'],
  ['log', '--log'],
  ['copytruncate', '--copytruncate'],
  ['keepMonths', '--keep-months'],
  ['user', '--user'],
  ['watch', '--watch'],
];

/** The command that installs something by these choices, for a shell. */
export function setupCommand(name: SetupName, choices: SetupChoices): string {
  const words = flags.flatMap(([key, flag]) => {
    const value = choices[key];
    if (value === undefined) return [];
    if (typeof value === 'boolean') return [flag];
    return (Array.isArray(value) ? value : [value]).flatMap((each) => [flag, shellWord(String(each))]);
  });
  return ['modtally setup', name, ...words, '--install'].join(' ');
}
