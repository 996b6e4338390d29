import { type CommandOutline, listOutlines, type Values } from '../../core/command-outline.ts';
import { groupBy } from '../../core/group-by.ts';

/** A script for bash (4 or newer) that completes some programs. It knows everything itself: to complete runs nothing. */
export function formatBashCompletion(programs: readonly CommandOutline[]): string {
  const outlines = programs.flatMap(listOutlines);
  const children = outlines.filter((outline) => outline.children.length > 0);
  const options = outlines.flatMap(({ path, options }) =>
    options.flatMap(({ flags, values }) =>
      values === null ? [] : flags.map((flag) => [quote(`${path}:${flag}`), kindOf(values)] as const),
    ),
  );
  const operands = outlines.flatMap(({ path, operands, isRepeatable }) =>
    operands.map((values, at) => {
      const place = isRepeatable && at === operands.length - 1 ? '*' : String(at);
      return [`${quote(`${path}:`)}${place}`, kindOf(values)] as const;
    }),
  );
  return `# bash completion for modtally: modtally completion bash

__modtally_commands() {
  case $1 in
${answer(children.map(({ path, children }) => [quote(path), children.map(({ name }) => name).join(' ')]))}  esac
}

__modtally_options() {
  case $1 in
${answer(outlines.map(({ path, options }) => [quote(path), options.flatMap(({ flags }) => flags).join(' ')]))}  esac
}

# What may follow an option of a command: "files", "folders", "zones", "any" or some words. Nothing for one without value.
__modtally_values() {
  case $1:$2 in
${answer(options)}  esac
}

# What an operand of a command may be, by its place.
__modtally_operands() {
  case $1:$2 in
${answer(operands)}  esac
}

__modtally_offer() {
  case $1 in
    files) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$2") ;;
    folders) compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$2") ;;
    zones) mapfile -t COMPREPLY < <(compgen -W '${Intl.supportedValuesOf('timeZone').join(' ')}' -- "$2") ;;
    any) ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2") ;;
  esac
}

_modtally() {
  local path=\${COMP_WORDS[0]##*/} option='' operands=0 i word
  COMPREPLY=()
  # bash takes --option=value apart, and a URL at its colons.
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case $word in
      =) ;;
      :*) option='' ; ((i++)) ;;
      -) ((operands++)) ;;
      -*) option=$word ; [[ -z $(__modtally_values "$path" "$option") ]] && option='' ;;
      *)
        if [[ -n $option ]]; then option=''
        elif [[ " $(__modtally_commands "$path") " == *" $word "* ]]; then path="$path $word"
        else ((operands++))
        fi
        ;;
    esac
  done
  word=\${COMP_WORDS[COMP_CWORD]}
  if [[ $word == = ]]; then word=''; fi
  if [[ $word == :* || \${COMP_WORDS[COMP_CWORD - 1]} == : ]]; then __modtally_offer files "\${word#:}"
  elif [[ -n $option ]]; then __modtally_offer "$(__modtally_values "$path" "$option")" "$word"
  elif [[ $word == -* ]]; then __modtally_offer "$(__modtally_options "$path")" "$word"
  elif [[ -n $(__modtally_commands "$path") && $operands == 0 ]]; then
    __modtally_offer "$(__modtally_commands "$path")" "$word"
  else __modtally_offer "$(__modtally_operands "$path" "$operands")" "$word"
  fi
  # A URL goes on behind what was completed.
  if [[ \${COMPREPLY[0]} == *[:/] ]]; then compopt -o nospace; fi
}

complete -F _modtally ${programs.map(({ name }) => name).join(' ')}
`;
}

/** The branches of a `case` that print the answer to a pattern; patterns with the same answer share one. */
function answer(pairs: readonly (readonly [pattern: string, answer: string])[]): string {
  const branches = [...groupBy(pairs, ([, answer]) => answer)].map(([answer, alike]) => {
    return `    ${alike.map(([pattern]) => pattern).join(' | ')}) echo ${quote(answer)} ;;\n`;
  });
  return branches.join('');
}

function kindOf(values: Values): string {
  if (typeof values === 'object') return values.join(' ');
  return values === 'any' ? values : `${values}s`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
