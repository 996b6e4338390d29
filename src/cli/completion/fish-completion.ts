import { type CommandOutline, listOutlines, type OptionOutline, type Values } from '../../core/command-outline.ts';

/** A script for fish that completes some programs. It knows everything itself: to complete runs nothing of ours. */
export function formatFishCompletion(programs: readonly CommandOutline[]): string {
  const outlines = programs.flatMap(listOutlines);
  const withValue = outlines.flatMap(({ options }) =>
    options.flatMap(({ flags, values }) => (values === null ? [] : flags)),
  );
  const paths = outlines.map(({ path }) => path);
  return `# fish completion for modtally: modtally completion fish

# The command that stands on the line, and the number of operands behind it.
function __modtally_place
    set -l words (commandline -opc)
    set -l path (string replace -r '^.*/' '' -- $words[1])
    set -l operands 0
    set -l is_value 0
    for word in $words[2..-1]
        if test $is_value = 1
            set is_value 0
        else if contains -- $word ${[...new Set(withValue)].join(' ')}
            set is_value 1
        else if string match -qr -- '^-.' $word
        else if contains -- "$path $word" ${paths.map(quote).join(' ')}
            set path "$path $word"
        else
            set operands (math $operands + 1)
        end
    end
    echo $path
    echo $operands
end

function __modtally_in --argument-names path
    set -l place (__modtally_place)
    test "$place[1]" = "$path"
end

function __modtally_at --argument-names path comparison operands
    set -l place (__modtally_place)
    test "$place[1]" = "$path"; and test $place[2] $comparison $operands
end

function __modtally_zones
    string split ' ' '${Intl.supportedValuesOf('timeZone').join(' ')}'
end

${programs
  .flatMap((program) => ['-f', ...listOutlines(program).flatMap(listRules)].map((rule) => [program.name, rule]))
  .map(([name, rule]) => `complete -c ${name} ${rule}\n`)
  .join('')}`;
}

function listRules({ path, options, operands, isRepeatable, children }: CommandOutline): string[] {
  const at = (comparison: string, place: number): string =>
    `-n ${quote(`__modtally_at ${quote(path)} ${comparison} ${place}`)}`;
  return [
    ...children.map(({ name, summary }) => `${at('-eq', 0)} -a ${name} -d ${quote(summary)}`),
    ...operands.flatMap((values, place) => {
      const condition = at(isRepeatable && place === operands.length - 1 ? '-ge' : '-eq', place);
      if (values === 'zone') return `-a '(__modtally_zones)'`;
      return values === 'any' ? [] : [`${condition} ${argumentsOf(values)}`];
    }),
    ...options.map((option) => `-n ${quote(`__modtally_in ${quote(path)}`)} ${optionRule(option)}`),
  ];
}

function optionRule({ flags, summary, values }: OptionOutline): string {
  const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const value = values === null ? [] : [`${values === 'file' ? '-r' : '-x'} ${argumentsOf(values)}`.trim()];
  return [...names, ...value, `-d ${quote(summary)}`].join(' ');
}

function argumentsOf(values: Values): string {
  if (values === 'file') return '-F';
  if (values === 'folder') return `-a '(__fish_complete_directories (commandline -ct))'`;
  if (values === 'zone') return `-a '(__modtally_zones)'`;
  return values === 'any' ? '' : `-a ${quote(values.join(' '))}`;
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
