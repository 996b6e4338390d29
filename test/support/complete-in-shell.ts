import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runOnTerminal } from './pseudo-terminal.ts';
import { temporaryFolder } from './temporary-folder.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/**
 * What a real shell offers at the end of each of some lines, in order. There is no modtally on its PATH, and none is
 * needed: where one was asked, that is told as an error.
 * @param script the completion for that shell
 * @param cwd where files are looked for
 */
export async function completeIn(
  shell: Shell,
  script: string,
  cwd: string,
  lines: readonly string[],
): Promise<string[][]> {
  const folder = temporaryFolder();
  const completion = join(folder, '_modtally');
  writeFileSync(completion, script);
  const offers = shell === 'fish' ? askFish(completion, cwd, lines) : await type(shell, folder, cwd, lines);
  return offers.map((words, index) => {
    const begun = lines[index]?.split(' ').at(-1) ?? '';
    const option = /^--\w+=/.exec(begun)?.[0] ?? '';
    // Whether a folder is offered with its slash, and a value with its option, is the shell's business.
    const plain = words.map((word) => (word.startsWith(option) ? word.slice(option.length) : word).replace(/\/$/, ''));
    return plain.filter((word) => word !== begun).sort();
  });
}

/** fish tells what it would offer. */
function askFish(completion: string, cwd: string, lines: readonly string[]): string[][] {
  return lines.map((line) => {
    const code = `source ${completion}; complete --do-complete '${line.replaceAll("'", "\\'")}'`;
    const text = execFileSync('fish', ['--no-config', '-c', code], { cwd, encoding: 'utf8', env: environment(cwd) });
    return text.split('\n').flatMap((offer) => (offer === '' ? [] : [offer.split('\t', 1)[0] ?? '']));
  });
}

/**
 * bash and zsh are typed to on a terminal. A key inserts all that they offer into the line, and a function that takes
 * the place of each command notes the words of the line.
 */
async function type(shell: 'bash' | 'zsh', folder: string, cwd: string, lines: readonly string[]): Promise<string[][]> {
  const notes = join(folder, 'notes');
  const setUp =
    shell === 'bash'
      ? `source ${folder}/_modtally; bind 'set enable-bracketed-paste off'; bind '"\\C-t": insert-completions'`
      : `fpath=(${folder} $fpath); autoload -Uz compinit; compinit -u -d ${folder}/dump; unset zle_bracketed_paste
         zle -C all-matches complete-word _generic; bindkey '^T' all-matches
         zstyle ':completion:all-matches:*' insert yes
         zstyle ':completion:all-matches::::' completer _all_matches _complete`;
  const names = [...new Set(lines.map((line) => line.split(' ', 1)[0] ?? ''))];
  const note = names
    .map((name) => `${name}() { printf '%s\\0' "$@" >> ${notes}; printf '\\n' >> ${notes}; }`)
    .join('\n');
  writeFileSync(join(folder, shell === 'bash' ? 'bashrc' : '.zshrc'), `${setUp}\n${note}\nPS1='READY> '\n`);
  writeFileSync(notes, '');
  const command = shell === 'bash' ? `bash --noprofile --rcfile ${folder}/bashrc -i` : 'zsh -d -i';
  const key = '\u0014';
  const answers = [...lines.map((line) => `${line}${key}`), 'exit'].map((line) => ['READY> ', line] as const);
  const { screen } = await runOnTerminal(command, answers, { cwd, env: { ...environment(cwd), ZDOTDIR: folder } });
  const noted = readFileSync(notes, 'utf8').split('\n').slice(0, -1);
  if (noted.length !== lines.length) throw new Error(`${noted.length} of ${lines.length} lines were noted:\n${screen}`);
  return noted.map((text, index) => {
    const words = text.split('\0').slice(0, -1);
    const typed = (lines[index] ?? '').split(' ').length - 2;
    return words.slice(typed);
  });
}

function environment(cwd: string): Record<string, string> {
  return { PATH: '/usr/bin:/bin', HOME: cwd, LC_ALL: 'C.UTF-8', TERM: 'xterm' };
}
