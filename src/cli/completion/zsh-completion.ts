import { type CommandOutline, listOutlines, type OptionOutline, type Values } from '../../core/command-outline.ts';

/** A script for zsh that completes some programs, as `_modtally` in a folder of `fpath` or sourced after compinit. */
export function formatZshCompletion(programs: readonly CommandOutline[]): string {
  const names = programs.map(({ name }) => name).join(' ');
  return `#compdef ${names}
# zsh completion for modtally: modtally completion zsh

_modtally_zones=(${Intl.supportedValuesOf('timeZone').join(' ')})

${programs.flatMap(listOutlines).map(formatFunction).join('\n')}
_modtally() {
  _modtally_of_$service
}
if [[ $funcstack[1] == _modtally ]]; then _modtally; else compdef _modtally ${names}; fi
`;
}

/** The function that completes behind the words of one command. */
function formatFunction({ path, options, operands, isRepeatable, children }: CommandOutline): string {
  const specs = options.map(optionSpec);
  if (children.length === 0) {
    specs.push(
      ...operands.map((values, at) => {
        const place = isRepeatable && at === operands.length - 1 ? '*' : String(at + 1);
        return quote(`${place}:operand:${actionOf(values)}`);
      }),
    );
    return `${functionName(path)}() {\n  _arguments -s \\\n    ${specs.join(' \\\n    ')}\n}\n`;
  }
  const listed = children.map(({ name, summary }) => quote(`${name}:${summary}`));
  const calls = children.map((child) => `    ${child.name}) ${functionName(child.path)} ;;\n`);
  return `${functionName(path)}() {
  local curcontext=$curcontext state line
  _arguments -C -s \\
    ${specs.join(' \\\n    ')} \\
    '1:command:->command' '*::argument:->argument'
  case $state in
    command)
      local commands=(
        ${listed.join('\n        ')}
      )
      _describe command commands ;;
    argument) case $line[1] in
${calls.join('')}    esac ;;
  esac
}
`;
}

function functionName(path: string): string {
  return `_modtally_of_${path.replaceAll(' ', '_')}`;
}

/** An option may be given again: it may be repeatable, and where it is not it is an error that is told. */
function optionSpec({ flags, summary, values }: OptionOutline): string {
  const text = `[${summary.replace(/[\]\\:]/g, '\\$&')}]`;
  const value = values === null ? '' : `:value:${actionOf(values)}`;
  return flags
    .map((flag) => {
      const equals = values === null ? '' : flag.startsWith('--') ? '=' : '+';
      return quote(`*${flag}${equals}${text}${value}`);
    })
    .join(' ');
}

function actionOf(values: Values): string {
  if (values === 'file') return '_files';
  if (values === 'folder') return '_files -/';
  if (values === 'zone') return ' compadd -a _modtally_zones';
  return values === 'any' ? ' ' : `(${values.map((word) => word.replaceAll(':', '\\:')).join(' ')})`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
