import type { Definition, HelpBlock } from './help-blocks.ts';

/** What a manual page is made of. */
export interface ManPage {
  /** `modtally-import` */
  readonly name: string;
  /** What it does, in a line without a full stop. */
  readonly summary: string;
  readonly help: readonly HelpBlock[];
  /** Help of the commands below it, by the words that call them. */
  readonly parts: readonly { readonly name: string; readonly help: readonly HelpBlock[] }[];
  /** Further sections that explain terms, by their headings. */
  readonly appendix: Readonly<Record<string, readonly Definition[]>>;
  readonly seeAlso: readonly string[];
}

/** A manual page of section 1 in roff, with the man macros. */
export function formatManPage(page: ManPage, edition: { readonly version: string; readonly date: string }): string {
  const { name, summary, help, parts, appendix, seeAlso } = page;
  const blocksOf = (kind: HelpBlock['kind']): HelpBlock[] => help.filter((block) => block.kind === kind);
  const title = `.TH ${escapeText(name.toUpperCase())} 1 ${edition.date} "modtally ${edition.version}" "User Commands"`;
  const sections = [
    section('NAME', [`${escapeText(name)} \\- ${fold(summary)}`]),
    section('SYNOPSIS', formatBlocks(blocksOf('usage'))),
    section('DESCRIPTION', formatBlocks(blocksOf('paragraph'))),
    // Definitions without a heading are flags.
    ...help.flatMap((block) =>
      'heading' in block ? section((block.heading || 'Options').toUpperCase(), formatBlocks([block])) : [],
    ),
    ...parts.flatMap((part) => [`.SS ${quoteArgument(part.name)}`, ...formatBlocks(part.help)]),
    ...Object.entries(appendix).map(([heading, entries]) => section(heading, entries.flatMap(formatEntry))),
    section('SEE ALSO', [seeAlso.map((other) => `\\fB${escapeText(other)}\\fR(1)`).join(',\n')]),
  ];
  // Lines are not stretched, and names of files and flags not broken.
  return `${[title, '.nh', '.ad l', ...sections.flat()].join('\n')}\n`;
}

function section(heading: string, lines: readonly string[]): string[] {
  return [`.SH ${quoteArgument(heading)}`, ...lines];
}

/** Blocks with a paragraph macro between; definitions begin a paragraph by themselves. */
function formatBlocks(blocks: readonly HelpBlock[]): string[] {
  return blocks.flatMap((block, index) =>
    index === 0 || block.kind === 'definitions' ? formatBlock(block) : ['.PP', ...formatBlock(block)],
  );
}

function formatBlock(block: HelpBlock): string[] {
  switch (block.kind) {
    case 'usage':
      return block.lines.flatMap((call, index) => (index === 0 ? [formatCall(call)] : ['.br', formatCall(call)]));
    case 'paragraph':
      return [fold(block.text)];
    case 'definitions':
      return block.entries.flatMap(formatEntry);
    case 'verbatim':
      return ['.nf', ...block.lines.map(escapeText), '.fi'];
  }
}

/** The name of the command is bold. */
function formatCall(call: string): string {
  const [command = '', ...rest] = call.split(' ');
  return `\\fB${escapeText(command)}\\fR\n${fold(rest.join(' '))}`.trimEnd();
}

function formatEntry({ term, text }: Definition): string[] {
  return ['.TP', formatTerm(term), fold(text)];
}

/** Flags are bold and their values italic; whatever else is explained is bold. */
function formatTerm(term: string): string {
  if (!term.startsWith('-')) return `\\fB${escapeText(term)}\\fR`;
  return term.replace(/[^ ,]+/g, (word) => `\\f${word.startsWith('-') ? 'B' : 'I'}${escapeText(word)}\\fR`);
}

/** A text in lines of a common length: where they end makes no difference to roff. */
function fold(text: string): string {
  const lines: string[] = [''];
  for (const word of text.split(' ').map(escapeText)) {
    const last = lines.at(-1) ?? '';
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + word.length < LINE_CHARACTERS) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.join('\n');
}

const LINE_CHARACTERS = 79;

function quoteArgument(text: string): string {
  return `"${escapeText(text).replaceAll('"', '\\(dq')}"`;
}

/** A text in which roff sees nothing but characters, and those that can be typed stay so when they are copied. */
function escapeText(text: string): string {
  const escaped = text.replace(/[\\\-'`^~]|[^\n -~]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return escapes[character] ?? `\\[u${code.toString(16).toUpperCase().padStart(4, '0')}]`;
  });
  // A dot that begins a line would be a macro.
  return escaped.replace(/^\./, '\\&.');
}

const escapes: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
};
