/**
 * What a `.modulerc`, `.version` or `.modulerc.lua` says about a module tree. These are programs; their plain
 * statements are read here and nothing is run, so that whatever such a file works out or decides is not seen.
 */
export interface ModuleRc {
  /** What is marked as default: a name, or the end of one behind the file's folder; null where nothing is. */
  readonly default: string | null;
  /** What is hidden: names of modules, of folders of modules, or paths of modulefiles. */
  readonly hidden: readonly string[];
}

/** `.modulerc` and `.version`, in Tcl. */
export function readTclRc(text: string): ModuleRc {
  let version: string | null = null;
  let marked: string | null = null;
  const hidden: string[] = [];
  for (const line of text.replace(/\\\r?\n/g, ' ').split('\n')) {
    const [command, ...words] = wordsOf(line);
    const [name = null] = words;
    // A variable or a command in the midst: what comes of it is not known.
    if (words.some((word) => /[$[]/.test(word))) continue;
    if (command === 'set' && /^Modules?Version$/.test(name ?? '')) version = words[1] ?? null;
    else if (command === 'module-version' && words.includes('default', 1)) marked = name;
    else if (command === 'hide-version' || command === 'hide-modulefile') hidden.push(...words.slice(0, 1));
    else if (command === 'module-hide') hidden.push(...operandsOf(words));
  }
  return { default: version ?? marked, hidden };
}

/** `.modulerc.lua` */
export function readLuaRc(text: string): ModuleRc {
  const code = text.replace(/--\[\[[\s\S]*?\]\]|--.*$/gm, '');
  let marked: string | null = null;
  for (const [, list = ''] of code.matchAll(/\bmodule_version\s*\(([^)]*)\)/g)) {
    const [name = null, ...symbols] = stringsIn(list);
    if (symbols.includes('default')) marked = name;
  }
  const hidden = [...code.matchAll(/\bhide_(?:version|modulefile)\s*\(?([^)\n]*)/g)].flatMap(([, list = '']) =>
    stringsIn(list).slice(0, 1),
  );
  for (const [, names = ''] of code.matchAll(/\bhide\s*\(?\s*\{[^}]*?\bname\s*=\s*(\{[^}]*\}|"[^"]*"|'[^']*')/g)) {
    hidden.push(...stringsIn(names));
  }
  return { default: marked, hidden };
}

/** A line of Tcl as words: bare, in quotes or in braces. A comment has none. */
function wordsOf(line: string): string[] {
  if (/^\s*#/.test(line)) return [];
  return [...line.matchAll(/"([^"]*)"|\{([^{}]*)\}|([^\s;"{}][^\s;]*)/g)].map(
    ([, quoted, braced, bare]) => quoted ?? braced ?? bare ?? '',
  );
}

/** The words of `module-hide` that are modules, without its options. `gcc@12.2` is another way to write `gcc/12.2`. */
function operandsOf(words: readonly string[]): string[] {
  const operands = words.filter(
    (word, index) =>
      !word.startsWith('--') && !/^--(?:before|after|(?:not-)?(?:user|group))$/.test(words[index - 1] ?? ''),
  );
  return operands.map((name) => name.replace(/^([^/@]+)@([^,:]+)$/, '$1/$2'));
}

function stringsIn(list: string): string[] {
  return [...list.matchAll(/"([^"]*)"|'([^']*)'/g)].map(([, double, single]) => double ?? single ?? '');
}
